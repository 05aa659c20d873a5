using System.Net;
using Linr.Server.Models;
using Microsoft.Extensions.Options;

namespace Linr.Server.Options;

/// <summary>Finds everything that is wrong with how a server is set up, before it starts.</summary>
internal sealed class ServerOptionsCheck : IValidateOptions<ServerOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ServerOptions options)
    {
        var problems = new List<string>();
        if (options.Data is null && options.Models.Count == 0)
        {
            Add("Data", "a folder, or model files in Models", "neither");
        }

        foreach ((string model, string path) in options.Models)
        {
            Check($"Models:{model}", ModelName.IsOne(model), ModelName.Rule, model);
            Check($"Models:{model}", File.Exists(path), "a model file", path);
        }

        if (options.Files is { } files)
        {
            Check("Files", Directory.Exists(files), "a folder", files);
        }

        Check(
            "Listen:Address",
            IPAddress.TryParse(options.Listen.Address, out IPAddress? address) && IPAddress.IsLoopback(address),
            "a loopback IP address, as callers need not say who they are",
            options.Listen.Address);
        Range("Listen:HttpPort", options.Listen.HttpPort, 0, 65_535);
        Range("Listen:GrpcPort", options.Listen.GrpcPort, 0, 65_535);
        Check(
            "Listen:GrpcPort",
            options.Listen.GrpcPort == 0 || options.Listen.GrpcPort != options.Listen.HttpPort,
            "another port than HttpPort",
            $"{options.Listen.GrpcPort}");
        Range("Threads", options.Threads, 0, 1_024);
        Range("MemoryBytesMax", options.MemoryBytesMax, 0, long.MaxValue);
        Range("Batching:QueriesMax", options.Batching.QueriesMax, 1, Linr.Limits.QueriesMax);
        Range("Batching:QueueDepthMax", options.Batching.QueueDepthMax, 1, 1_000_000);
        Range("Batching:ConcurrentBatches", options.Batching.ConcurrentBatches, 1, 16);
        Check("Batching:Window", options.Batching.Window >= TimeSpan.Zero, "0 or more", $"{options.Batching.Window}");
        Check("SlowRequest", options.SlowRequest >= TimeSpan.Zero, "0 or more", $"{options.SlowRequest}");
        Check(
            "OtlpEndpoint",
            options.OtlpEndpoint is null || (Uri.TryCreate(options.OtlpEndpoint, UriKind.Absolute, out Uri? otlp)
                && otlp.Scheme is "http" or "https"),
            "a URL of http or https",
            options.OtlpEndpoint ?? string.Empty);
        Check("DrainTimeout", options.DrainTimeout >= TimeSpan.Zero, "0 or more", $"{options.DrainTimeout}");
        AddLimits(options.Limits);
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);

        void AddLimits(RequestLimits limits)
        {
            Range("Limits:BodyBytesMax", limits.BodyBytesMax, 1_024, 1L << 31);
            Range("Limits:KMax", limits.KMax, 1, int.MaxValue);
            Range("Limits:StreamedKMax", limits.StreamedKMax, limits.KMax, int.MaxValue);
            Range("Limits:BatchMax", limits.BatchMax, 1, Linr.Limits.QueriesMax);
            Range("Limits:ChangesMax", limits.ChangesMax, 1, 1_000_000);
            Range("Limits:IdsMax", limits.IdsMax, 1, 1_000_000);
            Range("Limits:FilterValuesMax", limits.FilterValuesMax, 1, Linr.Limits.FilterValuesMax);
            Range("Limits:PageMax", limits.PageMax, 1, Linr.Limits.ScrollMax);
            Check("Limits:Timeout", limits.Timeout > TimeSpan.Zero, "more than 0", $"{limits.Timeout}");
        }

        void Range(string field, long value, long least, long most)
            => Check(field, value >= least && value <= most, $"{least} to {most}", $"{value}");

        void Check(string field, bool isRight, string expected, string found)
        {
            if (!isRight)
            {
                Add(field, expected, $"\"{found}\"");
            }
        }

        void Add(string field, string expected, string found)
            => problems.Add($"{ServerOptions.Section}:{field}: expected {expected}; found {found}.");
    }
}
