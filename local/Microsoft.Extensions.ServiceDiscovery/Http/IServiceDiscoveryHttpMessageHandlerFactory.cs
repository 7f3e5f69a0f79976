namespace Microsoft.Extensions.ServiceDiscovery.Http;

/// <summary>Puts service discovery in front of a handler.</summary>
public interface IServiceDiscoveryHttpMessageHandlerFactory
{
    /// <summary>
    /// Makes a handler that replaces a service's name by one of its endpoints before it calls the inner one.
    /// </summary>
    /// <param name="handler">The inner handler.</param>
    /// <returns>The handler.</returns>
    HttpMessageHandler CreateHandler(HttpMessageHandler handler);
}
