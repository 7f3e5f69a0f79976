using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Shop.ServiceDefaults;

/// <summary>
/// A wrong clock for tests: the setting <c>Clock:Offset</c> shifts the time of this process. Refused outside
/// Development.
/// </summary>
internal sealed class ShiftedClock(TimeSpan offset) : TimeProvider
{
    private const string Setting = "Clock:Offset";

    public static void AddTo(IHostApplicationBuilder builder)
    {
        if (builder.Configuration.GetValue<TimeSpan?>(Setting) is not { } offset)
        {
            builder.Services.TryAddSingleton(System);
            return;
        }

        if (!builder.Environment.IsDevelopment())
        {
            throw new InvalidOperationException(
                $"{Setting} makes a clock wrong for tests; it is refused in {builder.Environment.EnvironmentName}.");
        }

        builder.Services.AddSingleton<TimeProvider>(new ShiftedClock(offset));
    }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + offset;
}
