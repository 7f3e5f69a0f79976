namespace Shop.Tests.Exploration;

/// <summary>
/// Long random schedules, with every difference between states kept: the search treats states as equal that should
/// behave alike, and this would notice if they did not. Each schedule weighs the kinds of moves differently, so that
/// each kind of fault is frequent in some of them and rare in others.
/// </summary>
internal sealed class RandomSchedules(Processes processes)
{
    private const int LongestSchedule = 400;

    /// <summary>Moves of all schedules together.</summary>
    public long Moves { get; private set; }

    /// <summary>
    /// One schedule, the same for the same seed. Returns the broken promise and what happened until then; null when
    /// there is none.
    /// </summary>
    public string? Run(int seed)
    {
        var chance = new Random(seed);
        var shop = new OrderSystem(processes, exact: true, operators: seed % 2 == 0);
        var weights = new Dictionary<string, double>();
        var way = new List<string>();
        var moves = new List<Move>();
        var world = shop.Place();
        for (var left = chance.Next(20, LongestSchedule); left > 0; left--)
        {
            moves.Clear();
            shop.MovesIn(world, moves);
            if (moves.Count == 0)
                break;

            var move = Choose(moves, weights, chance);
            Moves++;
            way.Add(move.Name);
            world = move.Next;
            if ((move.Broken ?? Promises.BrokenIn(world, shop)) is { } broken)
                return Told(seed, broken, way);
        }

        var (stuck, end) = new EventuallyQuiet(shop).Check(world);
        return stuck is null ? null : Told(seed, stuck, way.Concat(end));
    }

    private static Move Choose(List<Move> moves, Dictionary<string, double> weights, Random chance)
    {
        var dice = moves.Sum(move => Weight(move.Name)) * chance.NextDouble();
        return moves.FirstOrDefault(move => (dice -= Weight(move.Name)) < 0, moves[^1]);

        double Weight(string name)
        {
            if (!weights.TryGetValue(name, out var weight))
                weights[name] = weight = Math.Pow(10, -3 * chance.NextDouble());
            return weight;
        }
    }

    private static string Told(int seed, string broken, IEnumerable<string> way) =>
        $"Seed {seed} broke: {broken}. After:{Environment.NewLine}  {string.Join($"{Environment.NewLine}  ", way)}";
}
