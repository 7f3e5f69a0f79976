namespace Aspire.Hosting;

/// <summary>Something is wrong with the application or one of its resources.</summary>
public class DistributedApplicationException : Exception
{
    /// <summary>Without a message.</summary>
    public DistributedApplicationException()
    {
    }

    /// <summary>With a message.</summary>
    /// <param name="message">What is wrong.</param>
    public DistributedApplicationException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and a cause.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="inner">The cause.</param>
    public DistributedApplicationException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>A parameter has no value.</summary>
/// <param name="message">Which, and how to give one.</param>
public class MissingParameterValueException(string message) : DistributedApplicationException(message);
