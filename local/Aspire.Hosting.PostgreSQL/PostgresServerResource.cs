using System.Collections.Concurrent;
namespace Aspire.Hosting.ApplicationModel;

/// <summary>A PostgreSQL server.</summary>
public class PostgresServerResource : ContainerResource, IResourceWithConnectionString
{
    internal const string PrimaryEndpointName = "tcp";
    internal const string DefaultUserName = "postgres";

    private readonly Dictionary<string, string> _databases = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A server with this name.</summary>
    /// <param name="name">The resource's name.</param>
    /// <param name="userName">The superuser's name; null is <c>postgres</c>.</param>
    /// <param name="password">The superuser's password.</param>
    public PostgresServerResource(string name, ParameterResource? userName, ParameterResource password)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(password);

        PrimaryEndpoint = new EndpointReference(this, PrimaryEndpointName);
        UserNameParameter = userName;
        PasswordParameter = password;
    }

    /// <summary>The endpoint that speaks the PostgreSQL protocol.</summary>
    public EndpointReference PrimaryEndpoint { get; }

    /// <summary>The superuser's name; null is <c>postgres</c>.</summary>
    public ParameterResource? UserNameParameter { get; set; }

    /// <summary>The superuser's name, given or default.</summary>
    public ReferenceExpression UserNameReference => UserNameParameter is { } userName
        ? ReferenceExpression.Create($"{userName}")
        : ReferenceExpression.Create($"{DefaultUserName}");

    /// <summary>The superuser's password.</summary>
    public ParameterResource PasswordParameter { get; set; }

    /// <summary>The host part of the endpoint.</summary>
    public EndpointReferenceExpression Host => PrimaryEndpoint.Property(EndpointProperty.Host);

    /// <summary>The port of the endpoint.</summary>
    public EndpointReferenceExpression Port => PrimaryEndpoint.Property(EndpointProperty.Port);

    /// <summary>The databases asked for: resource name to database name.</summary>
    public IReadOnlyDictionary<string, string> Databases => _databases;

    /// <summary>How .NET connects: <c>Host=…;Port=…;Username=…;Password=…</c>, without a database.</summary>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"Host={Host};Port={Port};Username={UserNameReference};Password={PasswordParameter}");

    /// <summary>The address as <c>postgresql://user:password@host:port</c>, its parts URL-encoded.</summary>
    public ReferenceExpression UriExpression => UriOf(null);

    /// <summary>The address for JDBC, without credentials.</summary>
    public ReferenceExpression JdbcConnectionString => JdbcOf(null);

    /// <summary>The connection string, once the endpoint is allocated.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        ConnectionStringExpression.GetValueAsync(cancellationToken);

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() =>
    [
        new("Host", ReferenceExpression.Create($"{Host}")),
        new("Port", ReferenceExpression.Create($"{Port}")),
        new("Username", ReferenceExpression.Create($"{UserNameReference}")),
        new("Password", ReferenceExpression.Create($"{PasswordParameter}")),
        new("Uri", UriExpression),
        new("JdbcConnectionString", JdbcConnectionString),
    ];

    /// <summary>
    /// Where its data is, once it has been started. The server itself writes there whether it takes connections: asking
    /// it too early would only fill its log.
    /// </summary>
    internal string? DataFolder { get; set; }

    /// <summary>The names of the databases that are known to be there.</summary>
    internal ConcurrentDictionary<string, bool> Existing { get; } = new();

    /// <summary>The connection string to the database that every server has.</summary>
    internal async ValueTask<string?> GetAdminConnectionStringAsync(CancellationToken cancel) =>
        await GetConnectionStringAsync(cancel) is { } server ? server + ";Database=postgres" : null;

    internal void Add(PostgresDatabaseResource database) => _databases.TryAdd(database.Name, database.DatabaseName);

    internal ReferenceExpression UriOf(string? database)
    {
        var uri = new ReferenceExpressionBuilder();
        uri.AppendLiteral("postgresql://");
        if (UserNameParameter is { } userName) uri.Append($"{userName:uri}");
        else uri.AppendLiteral(DefaultUserName);
        uri.Append($":{PasswordParameter:uri}@{Host}:{Port}");
        if (database is not null) uri.Append($"/{database:uri}");
        return uri.Build();
    }

    internal ReferenceExpression JdbcOf(string? database)
    {
        var address = new ReferenceExpressionBuilder();
        address.Append($"jdbc:postgresql://{Host}:{Port}");
        if (database is not null) address.Append($"/{database:uri}");
        return address.Build();
    }
}
