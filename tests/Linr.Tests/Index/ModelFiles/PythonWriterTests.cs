using System.Text.Json;
using Linr.Engine;
using Linr.Filters;
using Linr.Index.ModelFiles;
using Linr.ModelFile;
using Linr.Tests.Repository;

namespace Linr.Tests.Index.ModelFiles;

/// <summary>A model file that Python wrote, as the sample does it: opened, searched, and what may not be in it.</summary>
public sealed class PythonWriterTests
{
    [Theory]
    [InlineData("by_hand", "LINR_PYTHON", "LINR_REQUIRE_PYTHON", "numpy")]
    [InlineData("by_library", "LINR_SAFETENSORS_PYTHON", "LINR_REQUIRE_SAFETENSORS", "safetensors")]
    public void A_file_by_Python_is_searched_as_NumPy_searches_it(
        string writer, string interpreterVariable, string requireVariable, string module)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("model.linr");
        JsonElement expected = Write(PythonTests.Interpreter(interpreterVariable, requireVariable, module), writer, path);
        using var retriever = Retriever.Open(path, new RetrieverOptions { Threads = 2 });
        Assert.Equal("by Python", retriever.ModelVersion);
        var request = new SearchRequest
        {
            History = [.. expected.GetProperty("history").EnumerateArray().Select(id => (ItemId)id.GetInt64())],
            Filter = Filter.Parse(expected.GetProperty("filter").GetString()!),
            K = 500,
        };
        AssertSame(expected.GetProperty("dot"), retriever.Search(request));
        AssertSame(expected.GetProperty("hadamard"), retriever.Search(request with { Similarity = "hadamard" }));

        // Written again, it has checksums and no longer says that it has none.
        using LoadedModel model = ModelReader.Open(path);
        Assert.True(model.Verification.IsCompletedSuccessfully);
        Assert.Throws<ModelFormatException>(() => model.Verify());
        ModelWriter.Write(folder.File("again.linr"), model.Contents());
        using LoadedModel again = ModelReader.Open(folder.File("again.linr"));
        again.Verify();
        Assert.DoesNotContain("linr.checksums", again.Metadata.Keys);
    }

    [Fact]
    public void A_file_without_checksums_must_say_so_and_have_true_norms()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("model.linr");
        Write(PythonTests.Interpreter("LINR_PYTHON", "LINR_REQUIRE_PYTHON", "numpy"), "by_hand", path);
        byte[] good = File.ReadAllBytes(path);

        // The header is as long as before: one key becomes another one.
        AssertRefused(Replaced(good, "linr.checksums", "linr.checksumz"), "checksum/xxh3", "a tensor U64");
        long start;
        using (TensorFile file = TensorFile.Open(path))
        {
            start = file.Find("embeddings/main/norms")!.Start;
        }

        byte[] wrong = [.. good];
        BitConverter.TryWriteBytes(wrong.AsSpan((int)start + (7 * sizeof(float))), 2.5f);
        AssertRefused(wrong, "embeddings/main/norms", "the norm of row 7");

        void AssertRefused(byte[] bytes, string section, string expected)
        {
            string bad = folder.File("bad.linr");
            File.WriteAllBytes(bad, bytes);
            ModelFormatException error = Assert.Throws<ModelFormatException>(() => ModelReader.Open(bad).Dispose());
            Assert.Contains(section, error.Message, StringComparison.Ordinal);
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }
    }

    private static JsonElement Write(string python, string writer, string path)
        => JsonDocument.Parse(PythonTests.Run(
            python, Path.Combine(RepositoryRoot.Path, "samples", "write_model.py"), writer, path)).RootElement;

    private static byte[] Replaced(byte[] file, string from, string to)
    {
        byte[] changed = [.. file];
        int at = changed.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(from));
        System.Text.Encoding.UTF8.GetBytes(to).CopyTo(changed, at);
        return changed;
    }

    private static void AssertSame(JsonElement expected, SearchResponse found)
    {
        Dictionary<long, double> scores = expected.EnumerateObject().ToDictionary(
            one => long.Parse(one.Name, System.Globalization.CultureInfo.InvariantCulture), one => one.Value.GetDouble());
        Assert.True(scores.Count > 20);
        Assert.Equal(scores.Count, found.Hits.Count);
        Assert.All(found.Hits, hit => Assert.Equal(scores[hit.Id.Integer], hit.Score, 1e-5 * (1 + Math.Abs(hit.Score))));
        Assert.True(found.Exact);
    }
}
