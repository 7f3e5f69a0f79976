using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Shop.ServiceDefaults;

namespace Shop.Tests.Architecture;

/// <summary>
/// What a request must say, it says: a member that is left out never becomes zero or nothing in silence.
/// </summary>
public class RequestContractTests
{
    private static readonly JsonSerializerOptions Strict = new(Json.Web)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    public static TheoryData<string> All => RouteTests.All;

    [Theory, Trait("Checklist", "I3")]
    [MemberData(nameof(All))]
    public async Task Every_member_without_a_default_is_required(string service)
    {
        await using var app = RouteTests.Mapped(service);
        var requests = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints)
            // Who patches says what is to change, and nothing else.
            .Where(
                endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("PATCH") != true)
            .Select(endpoint => endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType)
            .OfType<Type>()
            .Distinct()
            .ToArray();

        Assert.True(requests.Length > 0 || service == "gateway", $"{service} takes no body at all.");
        Assert.Empty(requests.SelectMany(request => Optional(request, [])));
    }

    [Fact]
    public void Value_types_of_requests_are_checked()
    {
        Assert.NotEmpty(Optional(typeof(Forgetful), []));
        Assert.Empty(Optional(typeof(Money), []));
    }

    /// <summary>
    /// Members that may be left out although neither a default nor a null says so, of a type and all types in it.
    /// </summary>
    private static IEnumerable<string> Optional(Type type, HashSet<Type> seen)
    {
        var info = Strict.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
        if (!seen.Add(info.Type))
            return [];

        return info.Kind switch
        {
            JsonTypeInfoKind.Object => info.Properties
                .Where(member => member.Set is not null || member.AssociatedParameter is not null)
                .SelectMany(
                    member =>
                        MayBeLeftOut(member)
                            ? [$"{info.Type.FullName}.{member.Name}"]
                            : Optional(member.PropertyType, seen)),
            JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary => Optional(info.ElementType!, seen),
            _ => [],
        };
    }

    private static bool MayBeLeftOut(JsonPropertyInfo member) =>
        !member.IsRequired && !member.IsSetNullable && member.AssociatedParameter?.HasDefaultValue != true;

    private readonly record struct Forgetful(int Number);
}
