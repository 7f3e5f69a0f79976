using System.Diagnostics;
using System.Diagnostics.Tracing;

namespace OpenTelemetry.Instrumentation.AspNetCore;

/// <summary>
/// Calls what the application gave us. It runs inside the request, so whatever it throws stays here and is reported.
/// </summary>
[EventSource(Name = "OpenTelemetry-Instrumentation-AspNetCore")]
internal sealed class Guarded : EventSource
{
    private static readonly Guarded Log = new();

    public static bool Allows<T>(Func<T, bool>? filter, T subject)
    {
        try
        {
            return filter is null || filter(subject);
        }
        catch (Exception exception)
        {
            Log.CallbackFailed("filter", exception.ToString());
            return false;
        }
    }

    public static void Call<T>(Action<Activity, T>? enrich, Activity span, T subject)
    {
        try
        {
            enrich?.Invoke(span, subject);
        }
        catch (Exception exception)
        {
            Log.CallbackFailed("enrichment", exception.ToString());
        }
    }

    [Event(1, Level = EventLevel.Error, Message = "A {0} callback has thrown: {1}")]
    private void CallbackFailed(string kind, string exception) => WriteEvent(1, kind, exception);
}
