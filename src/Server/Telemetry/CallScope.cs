using System.Diagnostics;
using System.Globalization;
using System.Text;
using Linr.Server.Api;
using Linr.Server.Models;

namespace Linr.Server.Telemetry;

/// <summary>One request, from when it was read until its answer was made.</summary>
/// <param name="telemetry">Where it is told.</param>
/// <param name="operation">What is asked for.</param>
/// <param name="activity">Its span; null where nobody listens.</param>
internal sealed class CallScope(ServerTelemetry telemetry, string operation, Activity? activity) : IDisposable
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private SearchRequest? _request;
    private SearchResponse? _response;

    public string Operation => operation;

    /// <summary>The model by its own name, once it is known.</summary>
    public string? Model { get; private set; }

    /// <summary>The version that answers.</summary>
    public string? Version { get; private set; }

    /// <summary>OK, or a kind of error.</summary>
    public string Status { get; private set; } = "OK";

    public bool IsFailed { get; private set; }

    /// <summary>The version that answers is known.</summary>
    public void Of(in ModelLease lease) => (Model, Version) = (lease.Model.Name, lease.Version.Name);

    /// <summary>The model is known.</summary>
    public void Of(ServedModel model) => Model = model.Name;

    /// <summary>A search was answered.</summary>
    public void Searched(SearchRequest request, SearchResponse response)
    {
        (_request, _response) = (request, response);
        telemetry.Searched(Model!, response);
    }

    /// <summary>Items were changed.</summary>
    public void Changed(int count) => telemetry.Changed(Model!, count);

    /// <summary>Notes why it fails, as the filter of an exception: never true, so that the exception goes on.</summary>
    public bool Fails(Exception exception)
    {
        ErrorKind kind = ApiError.Of(exception).Kind;
        (Status, IsFailed) = (kind.ToString(), true);
        activity?.SetStatus(ActivityStatusCode.Error, Status);
        return false;
    }

    /// <summary>What a slow one was, in words.</summary>
    public string Describe()
    {
        if (_request is null || _response is null)
        {
            return string.Empty;
        }

        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"k {_request.K}, {_response.RowsPassed} of {_response.RowsScanned} rows passed, {_response.Mode};");
        foreach (StageTime stage in _response.Stages)
        {
            text.Append(CultureInfo.InvariantCulture, $" {stage.Name} {stage.Microseconds / 1_000:F2} ms");
        }

        // Without its values: they may be personal.
        text.Append(CultureInfo.InvariantCulture, $"; filter {(_request.PreparedFilter is null ? "none" : "given")}.");
        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        telemetry.End(this, Stopwatch.GetElapsedTime(_started));
        if (activity is null)
        {
            return;
        }

        activity.SetTag("linr.model", Model);
        activity.SetTag("linr.version", Version);
        if (_response is not null)
        {
            activity.SetTag("linr.k", _request!.K);
            activity.SetTag("linr.rows_passed", _response.RowsPassed);
            foreach (StageTime stage in _response.Stages)
            {
                activity.SetTag($"linr.stage.{stage.Name}_us", stage.Microseconds);
            }
        }

        activity.Dispose();
    }
}
