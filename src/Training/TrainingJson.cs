using System.Text.Json.Serialization;
using Linr.Training.Evaluation;
using Linr.Training.Evaluation.Comparison;

namespace Linr.Training;

/// <summary>The JSON of records.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(TrainingRun))]
[JsonSerializable(typeof(TrainingOptions))]
[JsonSerializable(typeof(EvaluationReport))]
[JsonSerializable(typeof(ComparisonReport))]
[JsonSerializable(typeof(IReadOnlyList<EpochResult>))]
internal sealed partial class TrainingJson : JsonSerializerContext;
