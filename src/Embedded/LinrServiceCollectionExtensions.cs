using Linr;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds <see cref="LinrIndex"/>, the search engine in the application's own process, to its services.</summary>
public static class LinrServiceCollectionExtensions
{
    /// <summary>Adds an index as the singleton <see cref="LinrIndex"/>, opened when the host starts.</summary>
    /// <param name="services">The services.</param>
    /// <param name="path">A model file, or the folder of an index store.</param>
    public static IServiceCollection AddLinr(this IServiceCollection services, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return services.AddLinr(options => options.Path = path);
    }

    /// <summary>
    /// Adds an index as the singleton <see cref="LinrIndex"/>. Its options may come from configuration too
    /// (<c>services.AddOptions&lt;LinrOptions&gt;().BindConfiguration("Linr")</c>); they are checked when the host
    /// starts, every problem at once.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets options.</param>
    public static IServiceCollection AddLinr(this IServiceCollection services, Action<LinrOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        AddHandle(services, Options.Options.DefaultName, configure);
        services.TryAddSingleton(provider => Handle(provider, Options.Options.DefaultName).Index);
        return services;
    }

    /// <summary>Adds one of several indexes, as a keyed singleton.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">Its key, which is the name of its options too.</param>
    /// <param name="path">A model file, or the folder of an index store.</param>
    public static IServiceCollection AddKeyedLinr(this IServiceCollection services, string serviceKey, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return services.AddKeyedLinr(serviceKey, options => options.Path = path);
    }

    /// <inheritdoc cref="AddKeyedLinr(IServiceCollection, string, string)"/>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">Its key, which is the name of its options too.</param>
    /// <param name="configure">Sets options.</param>
    public static IServiceCollection AddKeyedLinr(
        this IServiceCollection services, string serviceKey, Action<LinrOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        ArgumentException.ThrowIfNullOrEmpty(serviceKey);
        AddHandle(services, serviceKey, configure);
        services.TryAddKeyedSingleton(serviceKey, (provider, key) => Handle(provider, (string)key!).Index);
        return services;
    }

    /// <summary>
    /// Adds the health check of an index: degraded where the upkeep of a store failed, unhealthy where it is not open or
    /// what it serves is damaged.
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="serviceKey">The key that the index was added with; null for the one without.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="tags">Its tags.</param>
    public static IHealthChecksBuilder AddLinr(
        this IHealthChecksBuilder builder,
        string? serviceKey = null,
        string name = "linr",
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name,
            provider => new LinrHealthCheck(Handle(provider, serviceKey ?? Options.Options.DefaultName)),
            failureStatus: null,
            tags));
    }

    private static LinrHandle Handle(IServiceProvider provider, string name)
        => provider.GetRequiredKeyedService<LinrHandle>(name);

    private static void AddHandle(IServiceCollection services, string name, Action<LinrOptions> configure)
    {
        services.AddOptions<LinrOptions>(name).Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LinrOptions>, LinrOptionsCheck>());
        if (services.Any(one => one.ServiceType == typeof(LinrHandle) && Equals(one.ServiceKey, name)))
        {
            return;
        }

        services.AddKeyedSingleton(name, (provider, _) => new LinrHandle(
            () => provider.GetRequiredService<IOptionsMonitor<LinrOptions>>().Get(name),
            provider.GetService<ILogger<LinrIndex>>() ?? NullLogger<LinrIndex>.Instance));
        services.AddSingleton<IHostedService>(provider => new LinrOpener(Handle(provider, name)));
    }
}
