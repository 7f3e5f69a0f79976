using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>How a Redis server keeps its data.</summary>
internal sealed record RedisPersistence(TimeSpan Interval, long KeysChanged) : IResourceAnnotation;
