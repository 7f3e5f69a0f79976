using System.Buffers;
using System.Buffers.Text;

namespace StackExchange.Redis.Internal;

/// <summary>
/// Reads replies that come in pieces. What was read of an unfinished reply is kept, so every byte is looked at once however
/// the reply is cut; anything that is not RESP2 is an error, after which the connection must not be used.
/// </summary>
internal sealed class RespReader
{
    private const int LongestLine = 64 * 1024;
    private const int LongestBulk = 512 * 1024 * 1024;

    private readonly Stack<List> _open = new();
    private byte[]? _bulk;
    private int _filled;

    /// <summary>Takes bytes until a reply is whole; false when all were taken before that.</summary>
    /// <exception cref="ProtocolException">The bytes are no reply.</exception>
    public bool TryRead(ref SequenceReader<byte> input, out RespValue value)
    {
        while (TryReadNext(ref input, out value, out var isOpen))
        {
            while (!isOpen && _open.TryPeek(out var list))
            {
                if (!list.Add(value))
                {
                    isOpen = true;
                    break;
                }

                _open.Pop();
                value = new(RespKind.Array, list.Items);
            }

            if (!isOpen)
            {
                return true;
            }
        }

        return false;
    }

    private static long ParseNumber(ReadOnlySpan<byte> digits) =>
        Utf8Parser.TryParse(digits, out long value, out var used) && used == digits.Length
            ? value
            : throw new ProtocolException("A number was expected.");

    private static int ParseLength(ReadOnlySpan<byte> digits, int most)
    {
        var length = ParseNumber(digits);
        return length >= -1 && length <= most ? (int)length : throw new ProtocolException("A length is out of range.");
    }

    private bool TryReadNext(ref SequenceReader<byte> input, out RespValue value, out bool isOpen)
    {
        isOpen = false;
        if (_bulk is not null)
        {
            return TryFillBulk(ref input, out value);
        }

        value = default;
        if (!input.TryReadTo(out ReadOnlySpan<byte> line, "\r\n"u8))
        {
            return input.Remaining <= LongestLine ? false : throw new ProtocolException("A line does not end.");
        }

        var rest = line.IsEmpty ? default : line[1..];
        switch (line.IsEmpty ? 0 : line[0])
        {
            case (byte)'+':
                value = new(RespKind.SimpleString, rest.ToArray());
                return true;
            case (byte)'-':
                value = new(RespKind.Error, rest.ToArray());
                return true;
            case (byte)':':
                value = new(RespKind.Integer, integer: ParseNumber(rest));
                return true;
            case (byte)'$':
                var length = ParseLength(rest, LongestBulk);
                if (length < 0)
                {
                    return true;
                }

                (_bulk, _filled) = (GC.AllocateUninitializedArray<byte>(length), 0);
                return TryFillBulk(ref input, out value);
            case (byte)'*':
                var count = ParseLength(rest, int.MaxValue);
                if (count <= 0)
                {
                    value = count < 0 ? new(RespKind.NullArray) : new(RespKind.Array, Array.Empty<RespValue>());
                    return true;
                }

                _open.Push(new(count));
                isOpen = true;
                return true;
            default:
                throw new ProtocolException("A reply of an unknown kind came.");
        }
    }

    private bool TryFillBulk(ref SequenceReader<byte> input, out RespValue value)
    {
        value = default;
        var part = (int)Math.Min(_bulk!.Length - _filled, input.Remaining);
        input.TryCopyTo(_bulk.AsSpan(_filled, part));
        input.Advance(part);
        _filled += part;
        if (_filled < _bulk.Length || input.Remaining < 2)
        {
            return false;
        }

        if (!input.IsNext("\r\n"u8, advancePast: true))
        {
            throw new ProtocolException("A text is longer than its length.");
        }

        value = new(RespKind.BulkString, _bulk);
        _bulk = null;
        return true;
    }

    // Grows with what has come: a wrong length of a list must not take all memory at once.
    private sealed class List(int count)
    {
        private int _filled;

        public RespValue[] Items { get; private set; } = new RespValue[Math.Min(count, 4096)];

        public bool Add(RespValue item)
        {
            if (_filled == Items.Length)
            {
                var larger = Items;
                Array.Resize(ref larger, (int)Math.Min(count, 2L * _filled));
                Items = larger;
            }

            Items[_filled++] = item;
            return _filled == count;
        }
    }
}

/// <summary>The server and the client no longer understand each other.</summary>
internal sealed class ProtocolException(string message) : RedisException(message);
