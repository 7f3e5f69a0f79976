using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.ServiceDefaults;

/// <summary>
/// Something that a service's program does once and then ends, instead of serving:
/// <c>dotnet Shop.Orders.dll migrate</c>. It has the services and settings of the program, but nothing is started: no
/// requests, no background work, and settings that it does not need may be missing.
/// </summary>
public interface IServiceCommand
{
    /// <summary>The first argument, which chooses the command.</summary>
    string Name { get; }

    /// <summary>The arguments that follow the name, as the message about wrong ones shows them.</summary>
    string Usage { get; }

    /// <summary>Carries the command out.</summary>
    /// <param name="services">A scope of the program's services.</param>
    /// <param name="arguments">What follows the name.</param>
    /// <param name="output">What was done, a line each.</param>
    /// <param name="cancel">Ends when the process is told to.</param>
    /// <exception cref="ServiceCommandException">It refuses; nothing was changed. The message says why.</exception>
    /// <exception cref="ArgumentException">The arguments are wrong.</exception>
    Task RunAsync(IServiceProvider services, string[] arguments, TextWriter output, CancellationToken cancel);
}

/// <summary>A command refuses, for a reason that whoever called it can understand.</summary>
/// <param name="message">The reason.</param>
public sealed class ServiceCommandException(string message) : Exception(message);

/// <summary>Runs a service, or one of its commands.</summary>
public static class ServiceCommands
{
    private const int Refused = 1;
    private const int WrongArguments = 2;

    /// <summary>
    /// Serves until the process is told to end; or carries out the command that the first argument names. A first
    /// argument that is neither a setting nor a command is refused, so that a job with a typing error does not turn
    /// into one more replica.
    /// </summary>
    /// <param name="app">The service.</param>
    /// <param name="args">The arguments of the program.</param>
    /// <returns>The exit code: 0, or 1 when the command failed, or 2 when it was called wrongly.</returns>
    public static async Task<int> RunServiceAsync(this WebApplication app, string[] args)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (args is not [var name, .. var arguments] || IsSetting(name))
        {
            await app.RunAsync();
            return 0;
        }

        await using (app)
            return await RunAsync(app.Services, name, arguments, Console.Out, Console.Error);
    }

    internal static async Task<int> RunAsync(
        IServiceProvider root, string name, string[] arguments, TextWriter output, TextWriter error)
    {
        await using var scope = root.CreateAsyncScope();
        var commands = scope.ServiceProvider.GetServices<IServiceCommand>().ToArray();
        var command = Array.Find(commands, command => command.Name == name);
        using var end = new CancellationTokenSource();
        using var signal = PosixSignalRegistration.Create(
            PosixSignal.SIGTERM,
            received =>
            {
                received.Cancel = true;
                end.Cancel();
            });
        try
        {
            if (command is null)
                throw new ArgumentException($"There is no command \"{name}\".");

            await command.RunAsync(scope.ServiceProvider, arguments, output, end.Token);
            return 0;
        }
        catch (ArgumentException wrong)
        {
            await error.WriteLineAsync(wrong.Message);
            foreach (var known in commands)
                await error.WriteLineAsync($"  {known.Name} {known.Usage}");

            return WrongArguments;
        }
        catch (ServiceCommandException refusal)
        {
            await error.WriteLineAsync(refusal.Message);
            return Refused;
        }
#pragma warning disable CA1031 // The exit code is what a job's caller looks at; the cause goes to the log whole.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            await error.WriteLineAsync($"{name} failed: {failure}");
            return Refused;
        }
    }

    // --Name=value, /Name=value or Name=value, as the configuration reads them.
    private static bool IsSetting(string argument) =>
        argument.StartsWith('-') || argument.StartsWith('/') || argument.Contains('=', StringComparison.Ordinal);
}
