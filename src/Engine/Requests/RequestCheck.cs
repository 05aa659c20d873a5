using System.Collections.Immutable;
using System.Globalization;
using Linr.Engine.Similarities;

namespace Linr.Engine.Requests;

/// <summary>
/// Finds everything that is wrong with a request, besides its filter, before anything is done for it.
/// </summary>
internal static class RequestCheck
{
    /// <summary>
    /// A request as it is answered, if nothing is wrong with it: an embedding that has codes alone is searched by
    /// these, and an approximation says by what.
    /// </summary>
    /// <exception cref="ArgumentException">The request is wrong; the message lists every problem.</exception>
    public static SearchRequest Complete(
        SearchRequest request,
        Schema schema,
        QueryTowers? towers,
        ImmutableArray<ModelSimilarity> similarities,
        CustomSimilarities custom)
    {
        if (request is { Similarity: { } similarity, FirstStage: null } && custom.Find(similarity) is not null)
        {
            request = request with { FirstStage = custom.Candidates };
        }

        EmbeddingSchema? searched = Searched(request, schema, towers);
        if (request.Approximation is null && request.Similarity is null && searched is { RowType: RowType.None })
        {
            request = request with { Approximation = new Approximation { Rescores = false } };
        }

        if (request.Approximation is { By: null } approximation)
        {
            ScoreSource by = searched is { Codes: null, Copy: not null } ? ScoreSource.Copy : ScoreSource.Codes;
            request = request with { Approximation = approximation with { By = by } };
        }

        var problems = new List<string>();
        AddQueryProblems(request, schema, towers, problems);
        AddResultProblems(request, schema, problems);
        AddApproximationProblems(request, schema, towers, problems);
        AddSimilarityProblems(request, searched, similarities, custom, towers, problems);
        if (problems.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, problems), nameof(request));
        }

        return request;
    }

    private static void AddQueryProblems(
        SearchRequest request, Schema schema, QueryTowers? towers, List<string> problems)
    {
        bool byTower = request.History.Length > 0 || request.Features.Count > 0;
        int ways = (request.Embeddings.Length > 0 ? 1 : 0) + (request.Items.Length > 0 ? 1 : 0) + (byTower ? 1 : 0);
        if (ways > 1)
        {
            problems.Add("Expected one of Embeddings, Items, and History with Features; found several.");
        }
        else if (ways == 0 && towers is null)
        {
            problems.Add("Expected Embeddings or Items: the model has no query tower; found no query.");
        }
        else if (byTower && towers is null)
        {
            problems.Add("History and Features: the model has no query tower; expected Embeddings or Items.");
        }

        if (towers is not null)
        {
            string known = string.Join(", ", towers.FeatureNames.DefaultIfEmpty("none"));
            problems.AddRange(request.Features.Keys.Except(towers.FeatureNames)
                .Select(name => $"Features: expected what the query tower reads ({known}); found \"{name}\"."));
        }

        if (schema.Embeddings.Length == 0)
        {
            problems.Add("The model has no embedding to search by.");
        }

        AddIdProblems(request.History, nameof(request.History), schema, problems);
        AddIdProblems(request.Items, nameof(request.Items), schema, problems);
        var names = new HashSet<string>();
        foreach (EmbeddingQuery query in request.Embeddings)
        {
            AddVectorProblems(query, schema, problems);
            if (request.Embeddings.Length > 1 && schema.FindEmbedding(query.Name) is { RowType: RowType.None })
            {
                problems.Add($"Embeddings: \"{query.Name}\": expected rows to add scores of; found codes alone.");
            }

            if (!names.Add(query.Name))
            {
                problems.Add($"Embeddings: \"{query.Name}\" is given twice.");
            }
        }
    }

    private static void AddIdProblems(IEnumerable<ItemId> ids, string name, Schema schema, List<string> problems)
    {
        foreach (ItemId id in ids.Where(id => id.Kind != schema.IdKind).Take(1))
        {
            problems.Add($"{name}: expected ids of kind {schema.IdKind}; found {id.Kind} ({id}).");
        }
    }

    private static void AddVectorProblems(EmbeddingQuery query, Schema schema, List<string> problems)
    {
        EmbeddingSchema? embedding = schema.FindEmbedding(query.Name);
        if (embedding is null)
        {
            string known = string.Join(", ", schema.Embeddings.Select(one => one.Name));
            problems.Add($"Embeddings: expected one of {known}; found \"{query.Name}\".");
            return;
        }

        if (query.Vector.Length != embedding.Dim)
        {
            problems.Add(
                $"Embeddings: \"{query.Name}\": expected {embedding.Dim} numbers; found {query.Vector.Length}.");
        }

        if (!float.IsFinite(query.Weight))
        {
            problems.Add($"Embeddings: \"{query.Name}\": expected a finite weight; found {Text(query.Weight)}.");
        }

        double squared = 0;
        foreach (float number in query.Vector.Span)
        {
            squared += (double)number * number;
        }

        if (!(Math.Sqrt(squared) <= Limits.NormMax))
        {
            problems.Add(
                $"Embeddings: \"{query.Name}\": expected finite numbers and a norm of at most {Text(Limits.NormMax)}; "
                + $"found the norm {Math.Sqrt(squared).ToString(CultureInfo.InvariantCulture)}.");
        }
    }

    private static void AddResultProblems(SearchRequest request, Schema schema, List<string> problems)
    {
        if (request.Filter is not null && request.PreparedFilter is not null)
        {
            problems.Add("Expected one of Filter and PreparedFilter; found both.");
        }

        if (request.K < 1)
        {
            problems.Add($"K: expected 1 or more; found {request.K}.");
        }

        if (request.ScoreMin is { } scoreMin && float.IsNaN(scoreMin))
        {
            problems.Add("ScoreMin: expected a number; found NaN.");
        }

        if (request.Diversity is { } diversity)
        {
            if (!(diversity.Lambda is >= 0 and <= 1))
            {
                problems.Add($"Diversity.Lambda: expected 0 to 1; found {Text(diversity.Lambda)}.");
            }

            if (diversity.Candidates < request.K)
            {
                problems.Add($"Diversity.Candidates: expected at least K = {request.K}; found {diversity.Candidates}.");
            }
        }

        if (request.GroupBy is { } groupBy)
        {
            AddGroupProblems(groupBy, schema, problems);
        }

        foreach (string field in request.Fields.Where(field => schema.FindField(field) is null))
        {
            problems.Add($"Fields: the model has no field \"{field}\".");
        }
    }

    private static void AddApproximationProblems(
        SearchRequest request, Schema schema, QueryTowers? towers, List<string> problems)
    {
        if (request.CheckExact && (request.Approximation is null || request.Diversity is not null))
        {
            problems.Add("CheckExact: expected an Approximation to compare, without Diversity.");
        }

        if (request.Approximation is not { } approximation)
        {
            return;
        }

        if (request.Embeddings.Length > 1)
        {
            problems.Add(
                $"Approximation: expected a query of one embedding; found {request.Embeddings.Length}.");
        }

        EmbeddingSchema? searched = Searched(request, schema, towers);
        if (approximation is { By: ScoreSource.Codes } && searched is { Codes: null })
        {
            problems.Add(
                $"Approximation: expected an embedding with codes; \"{searched.Name}\" has none in the model's schema "
                + $"(codes: {EmbeddingCodes.Form}).");
        }

        AddSourceProblems(approximation, searched, problems);

        if (searched is { RowType: RowType.None } && (approximation.Rescores || request.CheckExact))
        {
            problems.Add(
                $"{(request.CheckExact ? "CheckExact" : "Approximation.Rescores")}: expected an embedding with rows; "
                + $"\"{searched.Name}\" has codes alone.");
        }

        if (approximation.KeepShare is not null && approximation.KeepCount is not null)
        {
            problems.Add("Approximation: expected one of KeepShare and KeepCount; found both.");
        }

        if (!approximation.Rescores && (approximation.KeepShare ?? approximation.KeepCount) is not null)
        {
            problems.Add("Approximation: KeepShare and KeepCount are of rescoring, which Rescores turns off.");
        }

        if (approximation.KeepShare is { } share && !(share is > 0 and <= 1))
        {
            problems.Add(
                $"Approximation.KeepShare: expected above 0 and at most 1; found "
                + $"{share.ToString(CultureInfo.InvariantCulture)}.");
        }

        if (approximation.KeepCount is < 1)
        {
            problems.Add($"Approximation.KeepCount: expected 1 or more; found {approximation.KeepCount}.");
        }
    }

    private static void AddSimilarityProblems(
        SearchRequest request,
        EmbeddingSchema? searched,
        ImmutableArray<ModelSimilarity> similarities,
        CustomSimilarities custom,
        QueryTowers? towers,
        List<string> problems)
    {
        if (request.FirstStage is { } firstStage && (firstStage < 1 || request.Similarity is null))
        {
            problems.Add($"FirstStage: expected 1 or more, with a Similarity; found {firstStage}.");
        }

        if (request.Similarity is not { } name)
        {
            return;
        }

        if (custom.Find(name) is { } own)
        {
            AddSourceProblems(request, own, searched, problems);
        }
        else if (similarities.FirstOrDefault(one => one.Spec.Name == name) is { } similarity)
        {
            AddSourceProblems(request, similarity, towers, problems);
        }
        else
        {
            IEnumerable<string> names = similarities.Select(one => one.Spec.Name).Concat(custom.Names);
            string known = string.Join(", ", names.DefaultIfEmpty("none"));
            problems.Add($"Similarity: expected one of the model's ({known}); found \"{name}\".");
            return;
        }

        if (request.Approximation is not null)
        {
            problems.Add("Similarity: expected FirstStage instead of Approximation, which is of an embedding's own scores.");
        }
    }

    private static void AddSourceProblems(
        SearchRequest request, CustomSimilarity similarity, EmbeddingSchema? searched, List<string> problems)
    {
        if (request.Embeddings.Length > 1 || (searched is not null && searched.Name != similarity.QueryEmbedding))
        {
            problems.Add(
                $"Similarity: expected a query of the embedding \"{similarity.QueryEmbedding}\" for "
                + $"\"{similarity.Name}\"; found "
                + $"{(request.Embeddings.Length > 1 ? $"{request.Embeddings.Length}" : $"\"{searched!.Name}\"")}.");
        }
    }

    /// <summary>A similarity needs a query for each embedding that it reads, and no other.</summary>
    private static void AddSourceProblems(
        SearchRequest request, ModelSimilarity similarity, QueryTowers? towers, List<string> problems)
    {
        string expected = string.Join(", ", similarity.QueryEmbeddings.Select(name => $"\"{name}\""));
        string[] given = [.. request.Embeddings.Select(query => query.Name)];
        if (given.Length > 0 && !given.ToHashSet().SetEquals(similarity.QueryEmbeddings))
        {
            problems.Add(
                $"Similarity: expected a query of each of {expected} for \"{similarity.Spec.Name}\"; found "
                + $"{string.Join(", ", given.Select(name => $"\"{name}\""))}.");
        }

        if (given.Length == 0 && request.Items.Length == 0 && towers is not null)
        {
            problems.AddRange(similarity.QueryEmbeddings.Where(name => towers.Find(name) is null).Select(
                name => $"Similarity: \"{similarity.Spec.Name}\" reads \"{name}\", for which the model has no query "
                    + $"tower; expected Embeddings of {expected}, or Items."));
        }
    }

    private static void AddSourceProblems(
        Approximation approximation, EmbeddingSchema? searched, List<string> problems)
    {
        bool readsCopy = approximation.By == ScoreSource.Copy || approximation.RescoresFrom == ScoreSource.Copy;
        if (readsCopy && searched is { Copy: null })
        {
            problems.Add(
                $"Approximation: expected an embedding with a copy; \"{searched.Name}\" has none in the model's schema "
                + "(copy: int8).");
        }

        if (approximation.By is not (ScoreSource.Codes or ScoreSource.Copy))
        {
            problems.Add($"Approximation.By: expected Codes or Copy; found {approximation.By}.");
        }

        if (approximation.RescoresFrom is not (ScoreSource.Rows or ScoreSource.Copy))
        {
            problems.Add($"Approximation.RescoresFrom: expected Rows or Copy; found {approximation.RescoresFrom}.");
        }

        if (approximation is { By: ScoreSource.Copy, RescoresFrom: ScoreSource.Copy })
        {
            problems.Add("Approximation.RescoresFrom: expected Rows, as copies choose; found Copy.");
        }

        if (approximation is { By: ScoreSource.Copy, IsAsymmetric: true })
        {
            problems.Add("Approximation.IsAsymmetric: expected it of codes; copies choose here.");
        }
    }

    /// <summary>The embedding that a request searches, the first of several; null where there is none.</summary>
    private static EmbeddingSchema? Searched(SearchRequest request, Schema schema, QueryTowers? towers)
    {
        string? name = request.Embeddings.Length > 0 ? request.Embeddings[0].Name
            : request.Items.Length == 0 && towers is not null ? towers.Embedding
            : schema.Embeddings.FirstOrDefault()?.Name;
        return name is null ? null : schema.FindEmbedding(name);
    }

    private static void AddGroupProblems(GroupBy groupBy, Schema schema, List<string> problems)
    {
        FieldSchema? field = schema.FindField(groupBy.Attribute);
        if (field is not { IsAttribute: true, Type: FieldType.Keyword, MultiValued: false })
        {
            problems.Add($"GroupBy: expected a single-valued keyword attribute; found \"{groupBy.Attribute}\".");
        }

        if (groupBy.Cap < 1)
        {
            problems.Add($"GroupBy.Cap: expected 1 or more; found {groupBy.Cap}.");
        }
    }

    private static string Text(float number) => number.ToString(CultureInfo.InvariantCulture);
}
