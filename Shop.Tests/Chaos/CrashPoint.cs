using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Shop.Tests.Chaos;

/// <summary>
/// A point between two steps that a crash may separate. It is recognised by what EF Core tells of its commands, so
/// that no line of the product knows of it. Every module has <c>&lt;module&gt;.claimed</c> (events are read from the
/// outbox and not sent yet), <c>.sent</c> (and still in the outbox) and <c>.applied</c> (changes are committed and not
/// acknowledged yet); <c>payments.charged</c> is a charge whose answer is not stored yet.
/// </summary>
/// <param name="name">The module and the point.</param>
/// <param name="hit">At which time that it is reached.</param>
/// <param name="crash">What happens then.</param>
internal sealed partial class CrashPoint(string name, int hit, Action crash)
    : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    /// <summary>By which a process learns its point: <c>orders.claimed=9</c>.</summary>
    public const string Variable = "SHOP_CRASH_AT";

    /// <summary>A file that is made at the crash; when it exists, the process lives on.</summary>
    public const string OnceVariable = "SHOP_CRASH_ONCE";

    private readonly List<IDisposable> _listening = [];
    private readonly HashSet<Guid> _handling = [];
    private int _reached;

    public bool Happened { get; private set; }

    /// <summary>Has this process die once at the point that its environment names.</summary>
    public static void ArmProcess()
    {
        if (Environment.GetEnvironmentVariable(Variable)?.Split('=') is [var name, var hit])
            new CrashPoint(name, int.Parse(hit, CultureInfo.InvariantCulture), KillOnce).Listen();
    }

    public CrashPoint Listen()
    {
        _listening.Add(DiagnosticListener.AllListeners.Subscribe(this));
        return this;
    }

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == DbLoggerCategory.Name)
            _listening.Add(value.Subscribe(this));
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Value is DbContextEventData { Context: { } db } told
            && PointOf(value.Key, told) is { } point
            && $"{ModuleOf(db)}.{point}" == name
            && Interlocked.Increment(ref _reached) == hit)
        {
            Happened = true;
            crash();
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose() => _listening.ForEach(listening => listening.Dispose());

    private string? PointOf(string happened, DbContextEventData told)
    {
        switch (told)
        {
            case DataReaderDisposingEventData { ReadCount: > 0 } read when Claim().IsMatch(read.Command.CommandText):
                return "claimed";
            case CommandEventData command when happened == RelationalEventId.CommandExecuting.Name:
                var text = command.Command.CommandText;
                if (Handle().IsMatch(text))
                    Handling(handling => handling.Add(told.Context!.ContextId.InstanceId));

                return Keep().IsMatch(text) ? "sent" : null;
            case CommandEventData command when happened == RelationalEventId.CommandExecuted.Name:
                return Charge().IsMatch(command.Command.CommandText) ? "charged" : null;
            case TransactionEndEventData when happened == RelationalEventId.TransactionCommitted.Name:
                return Handling(handling => handling.Remove(told.Context!.ContextId.InstanceId)) ? "applied" : null;
            default:
                return null;
        }
    }

    private bool Handling(Func<HashSet<Guid>, bool> change)
    {
        lock (_handling)
            return change(_handling);
    }

    // The simulated bank lives in Payments.
    private static string ModuleOf(DbContext db) =>
        db.GetType().Name is "BankDb" ? "payments" : db.GetType().Name[..^"Db".Length].ToLowerInvariant();

    private static void KillOnce()
    {
        if (Environment.GetEnvironmentVariable(OnceVariable) is not { } once || File.Exists(once))
            return;

        File.Create(once).Dispose();
        Process.GetCurrentProcess().Kill();
    }

    [GeneratedRegex("\\boutbox\\b.* FOR UPDATE SKIP LOCKED", RegexOptions.Singleline)]
    private static partial Regex Claim();

    [GeneratedRegex("INSERT INTO \\S*\\boutbox_sent\\b")]
    private static partial Regex Keep();

    [GeneratedRegex("INSERT INTO \\S*\\binbox\\b")]
    private static partial Regex Handle();

    [GeneratedRegex("INSERT INTO bank.charges")]
    private static partial Regex Charge();
}
