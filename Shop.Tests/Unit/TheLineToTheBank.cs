using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shop.Payments;
using Shop.Payments.Bank;
using Shop.ServiceDefaults;

namespace Shop.Tests.Unit;

public class TheLineToTheBank
{
    private readonly Clock _clock = new();
    private readonly Bank _bank = new();

    [Fact]
    public async Task Opens_when_the_bank_fails_and_carries_calls_again_when_it_is_back()
    {
        var line = Line();
        _bank.Answer = () => throw new InvalidOperationException("The bank is closed.");
        for (var call = 0; call < 8; call++)
            Assert.IsType<Silence>(await line.AskAsync(Charge()));

        Assert.True(line.IsAway);
        Assert.IsType<NotSent>(await line.AskAsync(Charge()));
        Assert.Equal(8, _bank.Calls);

        _bank.Answer = () => new Charged();
        _clock.Move(TimeSpan.FromSeconds(4));

        Assert.False(line.IsAway);
        Assert.IsType<Charged>(await line.AskAsync(Charge()));
        Assert.IsType<Charged>(await line.AskAsync(Charge()));
    }

    [Fact]
    public async Task Leaves_a_bank_alone_for_as_long_as_it_asks()
    {
        var line = Line();
        _bank.Answer = () => throw new TurnedAwayException(TimeSpan.FromSeconds(30));

        Assert.Equal(new NotSent(BankAsk.Charge, TimeSpan.FromSeconds(30)), await line.AskAsync(Charge()));
        Assert.True(line.IsAway);
        Assert.IsType<NotSent>(await line.AskAsync(Charge()));
        Assert.Equal(1, _bank.Calls);

        _bank.Answer = () => new Charged();
        _clock.Move(TimeSpan.FromSeconds(30));
        Assert.IsType<Charged>(await line.AskAsync(Charge()));
    }

    [Fact]
    public async Task Takes_no_offence_at_a_bank_that_is_only_busy()
    {
        var line = Line();
        _bank.Answer = () => throw new TurnedAwayException(null);
        for (var call = 0; call < 20; call++)
            Assert.Equal(new NotSent(BankAsk.Charge), await line.AskAsync(Charge()));

        Assert.False(line.IsAway);
    }

    [Fact]
    public async Task Says_when_the_books_can_not_be_read()
    {
        var line = Line();

        await Assert.ThrowsAsync<BankAwayException>(() => line.ReadAsync(
            (_, _) => throw new InvalidOperationException("The bank is closed."), TestContext.Current.CancellationToken));
    }

    private static Call Charge() => new(Guid.CreateVersion7(), Guid.CreateVersion7(), BankAsk.Charge, "tok_visa", new(1000, "EUR"), null, null);

    private BankLine Line()
    {
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        return new(_bank, new(meters), Options.Create(new BankCallOptions()), _clock, NullLogger<BankLine>.Instance);
    }

    private sealed class Clock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

        public void Move(TimeSpan by) => _now += by;

        public override DateTimeOffset GetUtcNow() => _now;
    }

    private sealed class Bank : PaymentProvider
    {
        public Func<BankAnswer> Answer { get; set; } = () => new Charged();

        public int Calls { get; private set; }

        public override Task<BankAnswer> ChargeAsync(Guid key, string token, Money amount, CancellationToken cancel) => Say();

        public override Task<BankAnswer> FindAsync(Guid key, CancellationToken cancel) => Say();

        public override Task<BankAnswer> VoidAsync(Guid key, Money amount, CancellationToken cancel) => Say();

        public override Task<BankAnswer> RefundAsync(Guid key, Guid charge, Money amount, CancellationToken cancel) => Say();

        public override Task<IReadOnlyList<BankRecord>> ListChargesAsync(Guid after, int most, CancellationToken cancel) =>
            Task.FromResult<IReadOnlyList<BankRecord>>([]);

        public override Task<IReadOnlyList<BankRecord>> ListRefundsAsync(Guid after, int most, CancellationToken cancel) =>
            Task.FromResult<IReadOnlyList<BankRecord>>([]);

        private Task<BankAnswer> Say()
        {
            Calls++;
            return Task.FromResult(Answer());
        }
    }
}
