using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>
/// Gives connections to those replicas of a resource that say of themselves that they are well: not to one that has just
/// started, and no more to one that is about to end. A replica that is only slow to answer keeps its part.
/// </summary>
internal sealed class ReplicaBalance(PublicEndpoints endpoints, HealthProbe probe, TimeProvider clock)
{
    private static readonly TimeSpan UntilWell = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan WhileWell = TimeSpan.FromMilliseconds(500);

    /// <summary>From the start of a replica's process until its end is near; then it takes part no longer.</summary>
    public async Task FollowAsync(IResource resource, string replica, Action changed, CancellationToken cancel)
    {
        var checks = resource.Annotations.OfType<HttpHealthAnnotation>().Where(check => check.Endpoint.Resource == resource).ToArray();
        try
        {
            if (ReplicaIds.CountOf(resource) == 1 || checks.Length == 0)
            {
                endpoints.Join(resource, replica);
                await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancel);
            }

            while (true)
            {
                var takesPart = endpoints.TakesPart(resource, replica);
                if (takesPart != await IsWellAsync(resource, replica, checks, takesPart, cancel))
                {
                    takesPart = !takesPart;
                    if (takesPart) endpoints.Join(resource, replica);
                    else endpoints.Leave(resource, replica);
                    changed();
                }

                await Task.Delay(takesPart ? WhileWell : UntilWell, clock, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            endpoints.Leave(resource, replica);
        }
    }

    private async Task<bool> IsWellAsync(IResource resource, string replica, HttpHealthAnnotation[] checks, bool before, CancellationToken cancel)
    {
        try
        {
            foreach (var check in checks)
            {
                var own = new UriBuilder(check.Endpoint.Url) { Port = endpoints.PortOf(resource, replica, check.Endpoint.EndpointAnnotation) };
                if (await probe.AskAsync(new Uri(own.Uri, check.Path), cancel) != check.Expected) return false;
            }

            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return before;
        }
    }
}
