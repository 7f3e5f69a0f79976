using System.Reflection;
using System.Text.RegularExpressions;
using Shop.Messaging;

namespace Shop.Tests.Contracts;

/// <summary>The picture of an order's events says who waits for each; the services' records say who reads it.</summary>
public partial class TrailWordsTests
{
    private static readonly string[] Services = ["Shop.Orders", "Shop.Payments", "Shop.Shipping"];

    [Fact]
    public void The_storefront_knows_who_handles_each_event_of_an_order()
    {
        var events = (from project in Services
                      from type in Repository.Assembly(project).GetTypes()
                      where type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IEvent))
                      let name = ((string)type.GetProperty("Type", BindingFlags.Public | BindingFlags.Static)!
                          .GetValue(null)!).Split('.')
                      where name[1] != "users"
                      select (Event: name[2], Producer: name[1], Service: project["Shop.".Length..].ToLowerInvariant()))
            .ToArray();
        var read = from one in events
                   group one by one.Event into readers
                   select (readers.Key, string.Join(
                       ' ', readers.Where(one => one.Service != one.Producer).Select(one => one.Service).Distinct()));

        var known = Meaning().Matches(Repository.Read("Shop.Gateway/wwwroot/js/trail.js"))
            .Select(match => (match.Groups[1].Value, match.Groups[2].Value));

        Assert.NotEmpty(events);
        Assert.Equal(read.Order(), known.Order());
    }

    [GeneratedRegex(@"^  ""([\w-]+)"": \[(?:null|""(\w+)""),", RegexOptions.Multiline)]
    private static partial Regex Meaning();
}
