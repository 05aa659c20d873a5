namespace Linr.Kernels;

/// <summary>Writes what a search by a learned similarity needs into pinned memory; allocates nothing.</summary>
internal readonly ref struct LearnedUpload(DeviceSearchRequest request, SearchShape shape, SearchMemory memory)
{
    private LearnedRequest Learned => request.Learned!;

    /// <summary>Writes all of it.</summary>
    /// <param name="firstQuery">The pass's first query.</param>
    /// <param name="queryCount">Its queries.</param>
    public void Write(int firstQuery, int queryCount)
    {
        WriteTables();
        int width = Learned.Similarity.Similarity.QueryWidth;
        ReadOnlySpan<float> queries = Learned.Queries.Span.Slice(firstQuery * width, queryCount * width);
        CudaEmbedding vectors = request.Table.Embeddings[Learned.Halves.Span[0]];
        CudaEmbedding gates = request.Table.Embeddings[Learned.Halves.Span[^1]];
        SimilarityQueries packed = new(Learned.Similarity, vectors.Element);
        if (!shape.IsLearnedScan)
        {
            packed.Prepare(queries, memory.Writes(memory.LearnedQueries));
            WriteLimits(firstQuery, queryCount);
            return;
        }

        memory.Writes(memory.Factors).Fill(1);
        memory.Writes(memory.Offsets).Clear();
        Span<float> originals = memory.Writes(memory.Originals);
        Span<float> errors = memory.Writes(memory.Errors);
        errors.Clear();
        packed.Prepare(queries, originals);
        for (int query = 0; query < queryCount; query++)
        {
            errors[query] = packed.Pack(
                originals.Slice(query * width, width),
                vectors.NormMax,
                gates.NormMax,
                memory.Writes(memory.Packed).Slice(query * shape.QueryBytes, shape.QueryBytes));
        }
    }

    /// <summary>The similarity over the table, for all queries and for those of each launch.</summary>
    private void WriteTables()
    {
        Span<CudaSimilarityTable> tables = memory.Writes(memory.Learned);
        var table = CudaSimilarityTable.Of(Learned.Similarity, request.Table, Learned.Halves.Span);
        tables.Fill(table);
        if (shape.IsLearnedScan)
        {
            for (int launch = 0; launch < shape.Launches; launch++)
            {
                int first = launch * shape.QueriesPerLaunch;
                tables[1 + launch].Scored = memory.Scored.Slice(first, memory.Scored.Length - first);
                tables[1 + launch].Gated = memory.Gated.Slice(first, memory.Gated.Length - first);
            }
        }
    }

    /// <summary>What is asked of the answer and not of the first stage.</summary>
    private void WriteLimits(int firstQuery, int queryCount)
    {
        // Not minus infinity: a logit that is no number becomes that, and is no hit.
        Span<float> lowest = memory.Writes(memory.AnswerLowest);
        lowest.Fill(float.MinValue);
        for (int query = 0; query < queryCount && !request.ScoreMin.IsEmpty; query++)
        {
            lowest[query] = Math.Max(float.MinValue, request.ScoreMin.Span[firstQuery + query]);
        }

        if (shape.HasAnswerGroups)
        {
            memory.Writes(memory.AnswerGroups)[0] =
                new CudaGroups(request.Table.Columns[request.GroupColumn!.Value], request.GroupCap);
        }
    }
}
