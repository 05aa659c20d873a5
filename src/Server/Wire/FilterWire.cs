using Linr.Filters;
using Linr.Server.Models;
using Linr.Server.Options;
using V1 = Linr.Protocol.V1;

namespace Linr.Server.Wire;

/// <summary>Filters as the contract has them.</summary>
internal static class FilterWire
{
    /// <summary>A filter, checked against the schema, and the values of its parameters; null where there is none.</summary>
    /// <exception cref="FilterException">The filter is wrong; every problem has its position.</exception>
    /// <exception cref="ModelException">A prepared filter is not known here.</exception>
    public static (PreparedFilter? Filter, FilterParameters? Parameters) Read(
        V1.Filter? filter, Schema schema, RequestLimits limits, PreparedFilters known, WireProblems problems)
    {
        if (filter is null)
        {
            return default;
        }

        KeptFilter? kept = filter.FormCase switch
        {
            V1.Filter.FormOneofCase.Text => known.OfText(filter.Text),
            V1.Filter.FormOneofCase.Json => known.OfJson(filter.Json),
            V1.Filter.FormOneofCase.Prepared => known.Find(filter.Prepared) ?? throw ModelException.NotNow(
                $"filter.prepared: expected a filter that was prepared here; found \"{filter.Prepared}\". "
                + "Prepare it again: the server has forgotten it, or is another one."),
            _ => null,
        };
        if (kept is null)
        {
            problems.Add("filter", "expected a text, JSON or the token of a prepared filter; found none.");
            return default;
        }

        return (kept.For(schema), ReadParameters(filter, schema, limits, problems));
    }

    private static FilterParameters? ReadParameters(
        V1.Filter filter, Schema schema, RequestLimits limits, WireProblems problems)
    {
        if (filter.Parameters.Count == 0)
        {
            return null;
        }

        long values = filter.Parameters.Values.Sum(CountOf);
        problems.Check("filter.parameters", values, 0, limits.FilterValuesMax, nameof(limits.FilterValuesMax));
        if (values > limits.FilterValuesMax)
        {
            return null;
        }

        var parameters = new FilterParameters();
        foreach ((string name, V1.Parameter parameter) in filter.Parameters)
        {
            string field = $"filter.parameters[\"{name}\"]";
            switch (parameter.ParameterCase)
            {
                case V1.Parameter.ParameterOneofCase.Value:
                    parameters.Set(name, ValueWire.Read(parameter.Value!, type: null, field, problems));
                    break;
                case V1.Parameter.ParameterOneofCase.List:
                    parameters.SetList(name, ValueWire.Read(parameter.List!, type: null, field, problems));
                    break;
                case V1.Parameter.ParameterOneofCase.Ids:
                    parameters.SetIds(
                        name, IdWire.Read(parameter.Ids!.Ids, schema.IdKind, field, problems).AsMemory());
                    break;
                default:
                    problems.Add(field, "expected a value, a list of values or ids; found none.");
                    break;
            }
        }

        return parameters;
    }

    private static long CountOf(V1.Parameter parameter)
        => parameter.List?.Values_.Count ?? parameter.Ids?.Ids.Count ?? 1;
}
