using Linr.Client;
using Linr.Client.Internal;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds <see cref="LinrClient"/>, the client of a Linr service, to an application's services.</summary>
public static class LinrClientServiceCollectionExtensions
{
    /// <summary>Adds a client as the singleton <see cref="LinrClient"/>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="address">The service's address, such as <c>http://localhost:7701</c>.</param>
    public static IServiceCollection AddLinrClient(this IServiceCollection services, string address)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);
        return services.AddLinrClient(options => options.Addresses = [address]);
    }

    /// <summary>
    /// Adds a client as the singleton <see cref="LinrClient"/>. Its options may come from configuration too
    /// (<c>services.AddOptions&lt;LinrClientOptions&gt;().BindConfiguration("Linr:Client")</c>); they are checked when
    /// the host starts, every problem at once.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets options; or null.</param>
    public static IServiceCollection AddLinrClient(
        this IServiceCollection services, Action<LinrClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        AddOptions(services, Options.Options.DefaultName, configure);
        services.TryAddSingleton(provider => Create(provider, Options.Options.DefaultName));
        return services;
    }

    /// <summary>Adds one of several clients, as a keyed singleton.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">Its key, which is the name of its options too.</param>
    /// <param name="configure">Sets options; or null.</param>
    public static IServiceCollection AddKeyedLinrClient(
        this IServiceCollection services, string serviceKey, Action<LinrClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(serviceKey);
        AddOptions(services, serviceKey, configure);
        services.TryAddKeyedSingleton(serviceKey, (provider, key) => Create(provider, (string)key!));
        return services;
    }

    /// <summary>Adds the health check of a client: whether its service says that it can answer.</summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="serviceKey">The key that the client was added with; null for the one without.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="failureStatus">What the check says where the service cannot answer; null: unhealthy.</param>
    /// <param name="tags">Its tags.</param>
    public static IHealthChecksBuilder AddLinrClient(
        this IHealthChecksBuilder builder,
        string? serviceKey = null,
        string name = "linr-client",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name,
            provider => new LinrClientHealthCheck(serviceKey is null
                ? provider.GetRequiredService<LinrClient>()
                : provider.GetRequiredKeyedService<LinrClient>(serviceKey)),
            failureStatus,
            tags));
    }

    private static void AddOptions(IServiceCollection services, string name, Action<LinrClientOptions>? configure)
    {
        OptionsBuilder<LinrClientOptions> options = services.AddOptions<LinrClientOptions>(name).ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<LinrClientOptions>, LinrClientOptionsCheck>());
    }

    private static LinrClient Create(IServiceProvider provider, string name) => new(
        provider.GetRequiredService<IOptionsMonitor<LinrClientOptions>>().Get(name),
        provider.GetService<ILoggerFactory>());
}
