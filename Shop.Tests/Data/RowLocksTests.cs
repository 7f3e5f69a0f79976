using Microsoft.EntityFrameworkCore;
using Shop.Data;
using Shop.Payments;
using Shop.Tests.Messaging;

namespace Shop.Tests.Data;

[Collection(nameof(Backends))]
public sealed class RowLocksTests(Backends backends)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_that_were_locked_together_are_not_looked_for_again_until_the_transaction_ends()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        await using var db = new ConsumerDb(Backends.OptionsFor<ConsumerDb>(backends.Postgres));
        var (first, second, missing) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        foreach (var (item, number) in new[] { (first, 1), (second, 2) })
            db.Add(new Row { MessageId = Guid.CreateVersion7(), Item = item, Number = number });

        await db.SaveChangesAsync(Cancel);
        List<Guid[]> queries = [];
        var locks = new RowLocks<Row>(db, row => row.Item, async (items, cancel) =>
        {
            queries.Add(items);
            var rows = await db.Set<Row>()
                .FromSql($"SELECT * FROM consumer.rows WHERE item = ANY ({items}) ORDER BY item FOR UPDATE")
                .ToListAsync(cancel);
            return (rows, await db.NowAsync(cancel));
        });

        await Assert.ThrowsAsync<InvalidOperationException>(() => locks.LockAsync(first, Cancel));
        await using (var transaction = await db.Database.BeginTransactionAsync(Cancel))
        {
            await locks.LockAsync([first, missing], Cancel);
            Assert.Equal(1, (await locks.LockAsync(first, Cancel)).Row?.Number);
            Assert.Null((await locks.LockAsync(missing, Cancel)).Row);
            Assert.Single(queries);

            Assert.Equal(2, (await locks.LockAsync(second, Cancel)).Row?.Number);
            Assert.Equal([second], queries[^1]);
        }

        await using (await db.Database.BeginTransactionAsync(Cancel))
        {
            await locks.LockAsync(first, Cancel);
            Assert.Equal([first], queries[^1]);
        }
    }

    [Fact]
    public async Task The_time_is_known_even_if_there_is_no_row()
    {
        await using var db = new PaymentsDb(Backends.OptionsFor<PaymentsDb>(backends.Postgres));
        await db.Database.ExecuteSqlAsync($"DROP SCHEMA IF EXISTS payments CASCADE", Cancel);
        await db.Database.MigrateAsync(Cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(Cancel);

        var before = await db.NowAsync(Cancel);
        var (payment, now) = await db.Locks.LockAsync(Guid.CreateVersion7(), Cancel);

        Assert.Null(payment);
        Assert.InRange(now, before, await db.NowAsync(Cancel));
    }
}
