using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Shop.ServiceDefaults;

namespace Shop.Data;

/// <summary>The answer to the first request with a key, stored in the transaction of that request's effect.</summary>
public sealed class IdempotentAnswer
{
    /// <summary>The caller's key.</summary>
    public required string Key { get; init; }

    /// <summary>Whose key it is: equal keys of two users have nothing to do with each other.</summary>
    public required Guid UserId { get; init; }

    /// <summary>Method and path that the key was used for.</summary>
    public required string Route { get; init; }

    /// <summary>SHA-256 over the request as we understood it: white space and order of members don't matter.</summary>
    public required byte[] Fingerprint { get; init; }

    /// <summary>The HTTP status that was answered.</summary>
    public required int Status { get; init; }

    /// <summary>The Location header that was answered, if any.</summary>
    public string? Location { get; init; }

    /// <summary>The JSON that was answered.</summary>
    public required string Body { get; init; }

    /// <summary>When it was answered.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>Same key and same request: the same answer. Same key and another request: 422. At once: one effect.</summary>
public static class Idempotency
{
    /// <summary>Adds the table <c>idempotency</c> to the module's schema.</summary>
    public static ModelBuilder AddIdempotency(this ModelBuilder model) => model.Entity<IdempotentAnswer>(answer =>
    {
        answer.ToTable("idempotency");
        answer.HasKey(a => new { a.UserId, a.Route, a.Key });
        answer.HasIndex(a => a.At);
        answer.Property(a => a.Route).HasMaxLength(100);
        answer.Property(a => a.Key).HasMaxLength(255);
        answer.Property(a => a.Location).HasMaxLength(500);
    });

    /// <summary>
    /// The answer that an earlier request with this key got, the 422 problem when that was another request, or null. Until
    /// the caller's transaction ends, others with the same key wait here: so none of them runs into the key of the table,
    /// which PostgreSQL would log with its values.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no transaction.</exception>
    public static async Task<IResult?> FindAnswerAsync<TRequest>(
        this DbContext db, IdempotencyKey key, CurrentUser user, string route, TRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(user);
        var transaction = db.Database.CurrentTransaction ?? throw new InvalidOperationException("Begin a transaction first.");
        var table = db.Model.FindEntityType(typeof(IdempotentAnswer))!;
        // Two statements, so that the second sees what was committed while the first waited; one round trip.
        await using var batch = new NpgsqlBatch((NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction)transaction.GetDbTransaction())
        {
            BatchCommands =
            {
                new("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))") { Parameters = { new() { Value = $"{user.Id} {route} {key.Value}" } } },
                new($"SELECT fingerprint, status, location, body FROM {table.GetSchema()}.{table.GetTableName()} WHERE user_id = $1 AND route = $2 AND key = $3")
                {
                    Parameters = { new() { Value = user.Id }, new() { Value = route }, new() { Value = key.Value } },
                },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancel);
        await reader.NextResultAsync(cancel);
        if (!await reader.ReadAsync(cancel))
            return null;

        return reader.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(Fingerprint(request))
            ? new StoredAnswer(reader.GetInt32(1), await reader.IsDBNullAsync(2, cancel) ? null : reader.GetString(2), reader.GetString(3))
            : Problem.Unprocessable("This Idempotency-Key was used before for another request.");
    }

    /// <summary>Adds the answer to the context, to be stored with the effect in the transaction of <see cref="FindAnswerAsync"/>.</summary>
    public static void StoreAnswer<TRequest, TResponse>(
        this DbContext db, IdempotencyKey key, CurrentUser user, string route, TRequest request,
        int status, string? location, TResponse response, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(user);
        db.Add(new IdempotentAnswer
        {
            Key = key.Value,
            UserId = user.Id,
            Route = route,
            Fingerprint = Fingerprint(request),
            Status = status,
            Location = location,
            Body = JsonSerializer.Serialize(response, Json.Web),
            At = at,
        });
    }

    private static byte[] Fingerprint<TRequest>(TRequest request) => SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, Json.Web));

    private sealed class StoredAnswer(int status, string? location, string body) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            if (location is not null)
                httpContext.Response.Headers.Location = location;

            return TypedResults.Text(body, "application/json; charset=utf-8", statusCode: status).ExecuteAsync(httpContext);
        }
    }
}
