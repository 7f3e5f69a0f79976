using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Shop.Messaging;

/// <summary>
/// Version 7 GUIDs that also ascend within a millisecond (RFC 9562, 6.2 method 3), because the outbox is sent in the
/// order of its ids: two events of one transaction must not change places.
/// </summary>
internal static class MessageIds
{
    private const int StepsPerMillisecond = 4096;

    // Shared by all modules of the process: ids that ascend in all of them ascend in each.
    private static long _last;

    public static Guid Next(DateTimeOffset now)
    {
        var stamp = now.ToUnixTimeMilliseconds() * StepsPerMillisecond
            + (now.UtcTicks % TimeSpan.TicksPerMillisecond * StepsPerMillisecond / TimeSpan.TicksPerMillisecond);
        long last, next;
        do
        {
            last = Volatile.Read(ref _last);
            // After a clock was set back by more than a second, ids follow it, or they would stay ahead of it for long.
            var setBack = last - stamp > 1000 * StepsPerMillisecond;
            next = stamp > last || setBack ? stamp : last + 1;
        }
        while (Interlocked.CompareExchange(ref _last, next, last) != last);

        return Compose(next / StepsPerMillisecond, (int)(next % StepsPerMillisecond), Guid.CreateVersion7());
    }

    /// <summary>The id of an entry without one: always the same for the same entry, and as old as the entry.</summary>
    public static Guid Of(string stream, StreamId entry)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{stream}/{entry}"));
        return Compose(entry.Milliseconds, hash[0] << 4, new Guid(hash.AsSpan(0, 16)));
    }

    /// <summary>The smallest id of its millisecond.</summary>
    public static Guid Floor(DateTimeOffset time) => Floor(time.ToUnixTimeMilliseconds());

    /// <inheritdoc cref="Floor(DateTimeOffset)"/>
    public static Guid Floor(long milliseconds) => Compose(milliseconds, 0, Guid.Empty);

    /// <summary>The millisecond of an id, whose version must be 7: up to 2^48, which no date can say.</summary>
    public static long MillisecondsOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadInt64BigEndian(bytes) >>> 16;
    }

    private static Guid Compose(long milliseconds, int step, Guid rest)
    {
        Span<byte> bytes = stackalloc byte[16];
        rest.TryWriteBytes(bytes, bigEndian: true, out _);
        for (var i = 5; i >= 0; i--, milliseconds >>= 8)
            bytes[i] = (byte)milliseconds;

        bytes[6] = (byte)(0x70 | ((step >> 8) & 0x0F));
        bytes[7] = (byte)step;
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F));
        return new Guid(bytes, bigEndian: true);
    }
}

/// <summary>The id of a stream entry; entries are ordered by it.</summary>
internal readonly record struct StreamId(long Milliseconds, long Sequence) : IComparable<StreamId>
{
    private const int SequenceBits = 20;

    /// <summary>The same order in one number; no Redis makes a million entries in a millisecond.</summary>
    public long Position => (Milliseconds << SequenceBits) + Math.Min(Sequence, (1L << SequenceBits) - 1);

    public static StreamId At(long position) => new(position >> SequenceBits, position & ((1L << SequenceBits) - 1));

    public static StreamId Parse(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return new(
            long.Parse(text.AsSpan(0, dash), CultureInfo.InvariantCulture),
            // Redis counts up to 2^64 - 1, though only an id that somebody made by hand has so many.
            (long)ulong.Parse(text.AsSpan(dash + 1), CultureInfo.InvariantCulture));
    }

    public int CompareTo(StreamId other) =>
        (Milliseconds, Sequence).CompareTo((other.Milliseconds, other.Sequence));

    public override string ToString() => $"{Milliseconds}-{Sequence}";
}
