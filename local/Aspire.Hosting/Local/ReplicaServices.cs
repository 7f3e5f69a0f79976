using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;

namespace Aspire.Hosting.Local;

/// <summary>What replicas share.</summary>
internal sealed record ReplicaServices(
    ResourceNotificationService Notifications,
    ResourceLoggerService Consoles,
    IDistributedApplicationEventing Eventing,
    Launcher Launcher,
    PublicEndpoints Endpoints,
    ReplicaBalance Balance,
    StartReport Report,
    TimeProvider Clock,
    IServiceProvider Provider);
