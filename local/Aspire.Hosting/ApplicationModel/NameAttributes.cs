namespace Aspire.Hosting.ApplicationModel;

/// <summary>The parameter becomes a resource's name.</summary>
[AttributeUsage(AttributeTargets.Parameter, AllowMultiple = false)]
public sealed class ResourceNameAttribute : Attribute;

/// <summary>The parameter becomes an endpoint's name.</summary>
[AttributeUsage(AttributeTargets.Parameter, AllowMultiple = false)]
public sealed class EndpointNameAttribute : Attribute;
