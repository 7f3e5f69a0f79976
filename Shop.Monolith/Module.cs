namespace Shop.Monolith;

/// <summary>A module by its two public calls.</summary>
/// <param name="Name">As its service is called.</param>
/// <param name="Add">Adds what it needs.</param>
/// <param name="Map">Maps its routes.</param>
internal sealed record Module(
    string Name, Action<IHostApplicationBuilder> Add, Action<IEndpointRouteBuilder> Map);
