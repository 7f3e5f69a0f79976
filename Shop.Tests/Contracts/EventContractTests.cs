using System.Reflection;
using System.Text.Json;
using Shop.Messaging;
using Shop.ServiceDefaults;

namespace Shop.Tests.Contracts;

/// <summary>
/// A consumer declares only the fields it reads; each such record must be satisfied by what the producer really writes.
/// </summary>
public class EventContractTests
{
    private static readonly (string Service, string Name, Type Record)[] Records =
        [.. from project in Repository.Services
            from type in Repository.Assembly(project).GetTypes()
            where type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IEvent))
            select (
                project["Shop.".Length..].ToLowerInvariant(),
                (string)type.GetProperty("Type", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!, type)];

    private static string Producer(string name) => name.Split('.')[1];

    public static TheoryData<string, string> Consumers =>
        [
            .. Records.Where(record => record.Service != Producer(record.Name))
                .Select(record => (record.Service, record.Name)),
        ];

    [Fact]
    public void Event_names_start_with_their_producer_and_end_with_a_version() =>
        Assert.All(
            Records,
            record =>
                Assert.Matches(@"^shop\.(users|orders|payments|shipping)\.[a-z]+(-[a-z]+)*\.v[1-9]$", record.Name));

    [Theory]
    [MemberData(nameof(Consumers))]
    public void Every_published_event_satisfies_every_consumer(string consumer, string name)
    {
        var produced = Records.Single(record => record.Service == Producer(name) && record.Name == name).Record;
        var consumed = Records.Single(record => record.Service == consumer && record.Name == name).Record;

        foreach (var optional in new[] { true, false })
        {
            var happened = Sample.Of(produced, optional);
            var json = JsonSerializer.Serialize(happened, produced, Json.Events);

            var read = (IEvent)JsonSerializer.Deserialize(json, consumed, Json.Events)!;

            Assert.Equal(((IEvent)happened).Subject, read.Subject);
            Assert.All(consumed.GetProperties(BindingFlags.Public | BindingFlags.Instance), property =>
                Assert.Equal(Value(happened, property.Name) is null, property.GetValue(read) is null));
        }
    }

    [Theory]
    [MemberData(nameof(Consumers))]
    public void Every_event_that_is_read_has_a_subscription(string consumer, string name)
    {
        var record = Records.Single(record => record.Service == consumer && record.Name == name).Record;
        var service = $"{char.ToUpperInvariant(consumer[0])}{consumer[1..]}";

        Assert.Contains(
            $".On<{record.Name}>(", Repository.Read($"Shop.{service}/{service}Module.cs"), StringComparison.Ordinal);
    }

    private static object? Value(object happened, string property) =>
        (happened.GetType().GetProperty(property)
            ?? throw new InvalidOperationException($"{happened.GetType()} has no {property}.")).GetValue(happened);
}
