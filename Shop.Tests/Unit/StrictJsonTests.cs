using System.Text.Json;
using Shop.ServiceDefaults;

namespace Shop.Tests.Unit;

public class StrictJsonTests
{
    public sealed record Request(
        string Name, int Quantity, IReadOnlyList<string> Tags, Kind Kind = Kind.Small, string? Note = null);

    public enum Kind
    {
        Small,
        Large,
    }

    [Fact]
    public void A_valid_request_is_read()
    {
        var request = JsonSerializer.Deserialize<Request>(
            """{"name":"Lamp","quantity":2,"tags":[],"kind":"Large"}""", Json.Web)!;

        Assert.Equal(("Lamp", 2, Kind.Large), (request.Name, request.Quantity, request.Kind));
    }

    [Theory]
    [InlineData("an unknown member", """{"name":"a","quantity":1,"tags":[],"isAdmin":true}""")]
    [InlineData("a member twice", """{"name":"a","quantity":1,"quantity":99,"tags":[]}""")]
    [InlineData("a number as text", """{"name":"a","quantity":"1","tags":[]}""")]
    [InlineData("a fraction", """{"name":"a","quantity":1.5,"tags":[]}""")]
    [InlineData("null for a list", """{"name":"a","quantity":1,"tags":null}""")]
    [InlineData("a missing member", """{"name":"a","quantity":1}""")]
    [InlineData("null for text", """{"name":null,"quantity":1,"tags":[]}""")]
    [InlineData("an unknown enum value", """{"name":"a","quantity":1,"tags":[],"kind":"Huge"}""")]
    [InlineData("an enum value as a number", """{"name":"a","quantity":1,"tags":[],"kind":1}""")]
    [InlineData("U+0000", """{"name":"a\u0000b","quantity":1,"tags":[]}""")]
    [InlineData("another case", """{"Name":"a","quantity":1,"tags":[]}""")]
    [InlineData("a comment", """{"name":"a",/* */"quantity":1,"tags":[]}""")]
    [InlineData("a trailing comma", """{"name":"a","quantity":1,"tags":[],}""")]
    public void An_invalid_request_is_refused(string what, string json)
    {
        Assert.NotNull(what);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Request>(json, Json.Web));
    }

    [Fact]
    public void An_event_may_have_unknown_members()
    {
        var happened = JsonSerializer.Deserialize<Request>(
            """{"name":"a","quantity":1,"tags":[],"addedLater":true}""", Json.Events)!;

        Assert.Equal("a", happened.Name);
    }
}
