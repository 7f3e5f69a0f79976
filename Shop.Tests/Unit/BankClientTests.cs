using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shop.Payments;
using Shop.Payments.Bank;
using Shop.ServiceDefaults;

namespace Shop.Tests.Unit;

public class BankClientTests
{
    private readonly Clock _clock = new();
    private readonly Bank _bank = new();

    [Fact]
    public async Task A_bank_that_fails_is_not_called_until_it_is_back()
    {
        var client = Client();
        _bank.Answer = () => throw new InvalidOperationException("The bank is closed.");
        for (var call = 0; call < 8; call++)
            Assert.IsType<UnknownOutcome>(await client.CallAsync(Charge()));

        Assert.True(client.IsAway);
        Assert.IsType<NotSent>(await client.CallAsync(Charge()));
        Assert.Equal(8, _bank.Calls);

        _bank.Answer = () => new Charged();
        _clock.Move(TimeSpan.FromSeconds(4));

        Assert.False(client.IsAway);
        Assert.IsType<Charged>(await client.CallAsync(Charge()));
        Assert.IsType<Charged>(await client.CallAsync(Charge()));
    }

    [Fact]
    public async Task A_bank_that_asks_for_a_pause_is_not_called_until_it_is_over()
    {
        var client = Client();
        _bank.Answer = () => throw new TurnedAwayException(TimeSpan.FromSeconds(30));

        Assert.Equal(new NotSent(BankOperation.Charge, TimeSpan.FromSeconds(30)), await client.CallAsync(Charge()));
        Assert.True(client.IsAway);
        Assert.IsType<NotSent>(await client.CallAsync(Charge()));
        Assert.Equal(1, _bank.Calls);

        _bank.Answer = () => new Charged();
        _clock.Move(TimeSpan.FromSeconds(30));
        Assert.IsType<Charged>(await client.CallAsync(Charge()));
    }

    [Fact]
    public async Task A_bank_that_only_turns_calls_away_does_not_open_the_breaker()
    {
        var client = Client();
        _bank.Answer = () => throw new TurnedAwayException(null);
        for (var call = 0; call < 20; call++)
            Assert.Equal(new NotSent(BankOperation.Charge), await client.CallAsync(Charge()));

        Assert.False(client.IsAway);
    }

    [Fact]
    public async Task Records_that_can_not_be_read_are_reported()
    {
        var client = Client();

        await Assert.ThrowsAsync<BankAwayException>(() => client.ReadAsync(
            (_, _) => throw new InvalidOperationException("The bank is closed."),
            TestContext.Current.CancellationToken));
    }

    private static BankCall Charge() => new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), BankOperation.Charge, "tok_visa", new(1000, "EUR"),
        RefundId: null, TraceParent: null);

    private BankClient Client()
    {
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        return new(
            _bank, new(meters), Options.Create(new PaymentWorkerOptions()), _clock, NullLogger<BankClient>.Instance);
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

        public override Task<BankAnswer> ChargeAsync(Guid key, string token, Money amount, CancellationToken cancel) =>
            Reply();

        public override Task<BankAnswer> FindAsync(Guid key, CancellationToken cancel) => Reply();

        public override Task<BankAnswer> VoidAsync(Guid key, Money amount, CancellationToken cancel) => Reply();

        public override Task<BankAnswer> RefundAsync(Guid key, Guid charge, Money amount, CancellationToken cancel) =>
            Reply();

        public override Task<IReadOnlyList<BankRecord>> ListChargesAsync(
            Guid after, int most, CancellationToken cancel) =>
            Task.FromResult<IReadOnlyList<BankRecord>>([]);

        public override Task<IReadOnlyList<BankRecord>> ListRefundsAsync(
            Guid after, int most, CancellationToken cancel) =>
            Task.FromResult<IReadOnlyList<BankRecord>>([]);

        private Task<BankAnswer> Reply()
        {
            Calls++;
            return Task.FromResult(Answer());
        }
    }
}
