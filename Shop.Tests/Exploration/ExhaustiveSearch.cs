using Shop.Orders;

namespace Shop.Tests.Exploration;

/// <summary>What was seen, and the shortest schedule that breaks a promise, if one does.</summary>
/// <param name="Worlds">Different states that an order can be in.</param>
/// <param name="Moves">Things that happened in them; each is the end of a schedule of its own.</param>
/// <param name="QuietEnds">Runs without faults from one of the states to its end.</param>
/// <param name="Longest">Moves of the longest schedule.</param>
/// <param name="Ends">In which ways orders ended.</param>
/// <param name="Broken">The broken promise.</param>
/// <param name="Schedule">What happened until it was broken.</param>
internal sealed record Exploration(
    int Worlds, long Moves, int QuietEnds, int Longest, IReadOnlySet<string> Ends, string? Broken,
    IReadOnlyList<string> Schedule)
{
    public override string ToString()
    {
        var seen = $"{Moves:N0} schedules through {Worlds:N0} different states, the longest of {Longest} moves; "
            + $"{QuietEnds:N0} quiet ends ({string.Join(", ", Ends.Order())})";
        return Broken is null
            ? seen
            : string.Join($"{Environment.NewLine}  ", [seen, $"Broken: {Broken}. After:", .. Schedule]);
    }
}

/// <summary>
/// Visits every state that one order can reach, nearest first. No state is visited twice, so the search ends, and no
/// schedule is left out: what follows from a state does not depend on the way to it.
/// </summary>
internal sealed class ExhaustiveSearch(Processes processes, bool operators = false)
{
    private readonly OrderSystem _shop = new(processes, operators: operators);
    private readonly Dictionary<World, int> _numbers = [];
    private readonly List<(World World, int From, string By, int Depth)> _seen = [];
    private readonly HashSet<string> _ends = [];

    public Exploration Run()
    {
        var quiet = new EventuallyQuiet(_shop);
        var moves = new List<Move>();
        var count = 0L;
        See(_shop.Place(), from: -1, "the order is placed");
        for (var next = 0; next < _seen.Count; next++)
        {
            var world = _seen[next].World;
            if (Promises.BrokenIn(world, _shop) is { } broken)
                return Result(broken, next);

            var (stuck, way) = quiet.Check(world);
            if (stuck is not null)
                return Result(stuck, next, [.. way]);

            Note(world);
            moves.Clear();
            _shop.MovesIn(world, moves);
            foreach (var move in moves)
            {
                count++;
                if (move.Broken is not null)
                    return Result(move.Broken, next, move.Name);

                See(move.Next, next, move.Name);
            }
        }

        return Result(broken: null, _seen.Count - 1);

        Exploration Result(string? broken, int last, params string[] more) =>
            new(
                _seen.Count, count, quiet.Ends, _seen[^1].Depth, _ends, broken,
                broken is null ? [] : [.. WayTo(last), .. more]);
    }

    private void See(World world, int from, string by)
    {
        if (_numbers.TryAdd(world, _seen.Count))
            _seen.Add((world, from, by, from < 0 ? 0 : _seen[from].Depth + 1));
    }

    private void Note(World world)
    {
        var status = _shop.Orders[world.Order].Status;
        if (status is OrderStatus.Delivered or OrderStatus.Cancelled)
            _ends.Add(
                $"{status} with payment {_shop.Payments[world.Payment]?.State.Status.ToString() ?? "never asked for"}");
    }

    private Stack<string> WayTo(int last)
    {
        var way = new Stack<string>();
        for (var at = last; at >= 0; at = _seen[at].From)
            way.Push(_seen[at].By);
        return way;
    }
}
