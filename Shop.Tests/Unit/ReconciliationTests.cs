using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shop.Payments.Bank;
using Shop.Payments.Reconciliation;
using Shop.ServiceDefaults;

namespace Shop.Tests.Unit;

public class ReconciliationTests
{
    private static readonly Guid Key = Guid.CreateVersion7();
    private static readonly Money Ten = new(1000, "EUR");
    private static readonly OurRecord Ours = new(
        Key, Guid.CreateVersion7(), BankRecordStatus.Charged, Ten, IsSettled: true);
    private static readonly BankRecord Theirs = new(Key, BankRecordStatus.Charged, Ten);

    [Fact]
    public void Equal_records_are_no_difference()
    {
        Assert.Null(Comparison.Compare(Ours, Theirs));
        Assert.Null(Comparison.Compare(
            Ours with { Status = BankRecordStatus.Declined }, Theirs with { Status = BankRecordStatus.Voided }));
        Assert.Null(Comparison.Compare(Ours with { Status = BankRecordStatus.Voided }, null));
    }

    [Fact]
    public void A_difference_is_named()
    {
        Assert.Equal(DifferenceKind.MissingAtBank, Comparison.Compare(Ours, null));
        Assert.Equal(DifferenceKind.MissingHere, Comparison.Compare(null, Theirs));
        Assert.Equal(DifferenceKind.Amount, Comparison.Compare(Ours, Theirs with { Amount = new(1001, "EUR") }));
        Assert.Equal(DifferenceKind.Amount, Comparison.Compare(Ours, Theirs with { Amount = new(1000, "USD") }));
        Assert.Equal(DifferenceKind.State, Comparison.Compare(Ours, Theirs with { Status = BankRecordStatus.Voided }));
        Assert.Equal(DifferenceKind.State, Comparison.Compare(Ours with { Status = BankRecordStatus.Voided }, Theirs));
    }

    [Fact]
    public void A_record_that_is_under_way_is_no_difference()
    {
        Assert.Null(Comparison.Compare(Ours with { IsSettled = false }, null));
        Assert.Null(Comparison.Compare(Ours with { IsSettled = false }, Theirs));
        Assert.Null(Comparison.Compare(Ours, Theirs with { Status = BankRecordStatus.Pending }));
    }

    [Fact]
    public async Task Two_lists_are_paired_by_key_and_none_is_missed()
    {
        Guid[] keys = [.. Enumerable.Range(1, 9).Select(number => new Guid(number, 0, 0, new byte[8]))];
        var ours = new[] { 0, 1, 3, 4, 8 };
        var theirs = new[] { 1, 2, 4, 5, 6 };

        var pairs = await Comparison.PairByKey(
            ours.Select(index => Ours with { Key = keys[index] }).ToAsyncEnumerable(),
            theirs.Select(index => Theirs with { Key = keys[index] }).ToAsyncEnumerable()).ToListAsync(
                TestContext.Current.CancellationToken);

        Assert.Equal(
            [(0, null), (1, 1), (null, 2), (3, null), (4, 4), (null, 5), (null, 6), (8, null)],
            pairs.Select(pair => (IndexOf(pair.Ours?.Key), IndexOf(pair.Theirs?.Key))));

        int? IndexOf(Guid? key) => key is { } known ? Array.IndexOf(keys, known) : null;
    }

    [Fact]
    public async Task Requests_during_a_run_wait_for_it_and_begin_none()
    {
        var begun = 0;
        using var goesOn = new ManualResetEventSlim();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<SharedRun>();
        // A run that lasts until it is told to fail.
        builder.Services.AddScoped<Reconciler>(_ =>
        {
            Interlocked.Increment(ref begun);
            goesOn.Wait(TestContext.Current.CancellationToken);
            throw new BankAwayException();
        });
        using var host = builder.Build();
        var runs = host.Services.GetRequiredService<SharedRun>();

        var requests = Enumerable.Range(0, 20)
            .Select(_ => runs.JoinAsync(Key, TestContext.Current.CancellationToken))
            .ToArray();
        goesOn.Set();

        foreach (var request in requests)
            await Assert.ThrowsAsync<BankAwayException>(() => request);

        Assert.Equal(1, begun);
    }
}
