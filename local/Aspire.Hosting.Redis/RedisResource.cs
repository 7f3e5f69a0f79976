namespace Aspire.Hosting.ApplicationModel;

/// <summary>A Redis server.</summary>
/// <param name="name">The resource's name.</param>
public class RedisResource(string name) : ContainerResource(name), IResourceWithConnectionString
{
    internal const string PrimaryEndpointName = "tcp";

    private EndpointReference? _primaryEndpoint;

    /// <summary>A server that asks for a password.</summary>
    /// <param name="name">The resource's name.</param>
    /// <param name="password">The password.</param>
    public RedisResource(string name, ParameterResource password)
        : this(name) => PasswordParameter = password;

    /// <summary>The endpoint that speaks the Redis protocol.</summary>
    public EndpointReference PrimaryEndpoint => _primaryEndpoint ??= new EndpointReference(this, PrimaryEndpointName);

    /// <summary>The host part of the endpoint.</summary>
    public EndpointReferenceExpression Host => PrimaryEndpoint.Property(EndpointProperty.Host);

    /// <summary>The port of the endpoint.</summary>
    public EndpointReferenceExpression Port => PrimaryEndpoint.Property(EndpointProperty.Port);

    /// <summary>The password; null is a server without one.</summary>
    public ParameterResource? PasswordParameter { get; internal set; }

    /// <summary>How StackExchange.Redis connects: <c>host:port,password=…</c>.</summary>
    public ReferenceExpression ConnectionStringExpression
    {
        get
        {
            var settings = new ReferenceExpressionBuilder();
            settings.Append($"{PrimaryEndpoint.Property(EndpointProperty.HostAndPort)}");
            if (PasswordParameter is { } password) settings.Append($",password={password}");
            return settings.Build();
        }
    }

    /// <summary>The address as <c>redis://:password@host:port</c>, the password URL-encoded.</summary>
    public ReferenceExpression UriExpression
    {
        get
        {
            var uri = new ReferenceExpressionBuilder();
            uri.Append($"{PrimaryEndpoint.Property(EndpointProperty.Scheme)}://");
            if (PasswordParameter is { } password) uri.Append($":{password:uri}@");
            uri.Append($"{Host}:{Port}");
            return uri.Build();
        }
    }

    /// <summary>The connection string, once the endpoint is allocated.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        ConnectionStringExpression.GetValueAsync(cancellationToken);

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties()
    {
        yield return new("Host", ReferenceExpression.Create($"{Host}"));
        yield return new("Port", ReferenceExpression.Create($"{Port}"));
        if (PasswordParameter is { } password) yield return new("Password", ReferenceExpression.Create($"{password}"));
        yield return new("Uri", UriExpression);
    }
}
