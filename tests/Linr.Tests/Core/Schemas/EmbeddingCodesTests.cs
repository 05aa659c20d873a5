using Linr.Kernels;

namespace Linr.Tests.Core.Schemas;

public class EmbeddingCodesTests
{
    [Theory]
    [InlineData("sign-oporp(256)", 256, 0, "sign-oporp(256)")]
    [InlineData(" Sign-OPORP( 64 , 7 )", 64, 7, "sign-oporp(64, 7)")]
    [InlineData("sign-oporp(128,18446744073709551615)", 128, ulong.MaxValue, "sign-oporp(128, 18446744073709551615)")]
    public void Codes_are_read_and_written(string text, int bits, ulong seed, string written)
    {
        Assert.True(EmbeddingCodes.TryParse(text, out EmbeddingCodes? codes));
        Assert.Equal(new EmbeddingCodes(bits, seed), codes);
        Assert.Equal(written, codes.ToString());
        Assert.True(EmbeddingCodes.TryParse(written, out EmbeddingCodes? again));
        Assert.Equal(codes, again);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("sign-oporp")]
    [InlineData("sign-oporp()")]
    [InlineData("sign-oporp(-64)")]
    [InlineData("sign-oporp(64,)")]
    [InlineData("sign-oporp(64, 1, 2)")]
    [InlineData("pq(64)")]
    public void Other_texts_are_no_codes(string? text) => Assert.False(EmbeddingCodes.TryParse(text, out _));

    [Fact]
    public void The_schemas_limits_are_those_of_the_codes()
    {
        for (int bits = -64; bits <= 2_000; bits++)
        {
            Assert.Equal(SignOporp.IsBits(bits), EmbeddingCodes.IsBits(bits));
        }
    }

    [Fact]
    public void A_schema_keeps_its_codes_as_json_and_refuses_wrong_ones()
    {
        var schema = new Schema
        {
            IdKind = IdKind.Integer,
            Embeddings = [new("plain", 4), new("coded", 4, Codes: new EmbeddingCodes(128, 3))],
        };
        string json = SchemaJson.Write(schema);
        Assert.Contains("\"codes\":\"sign-oporp(128, 3)\"", json, StringComparison.Ordinal);
        Assert.Equal(schema.Embeddings, SchemaJson.Read(json).Embeddings);

        string wrong = json.Replace("sign-oporp(128, 3)", "pq(8)", StringComparison.Ordinal);
        SchemaException error = Assert.Throws<SchemaException>(() => SchemaJson.Read(wrong));
        Assert.Equal(
            "embedding \"coded\": codes: expected sign-oporp(BITS) or sign-oporp(BITS, SEED); found \"pq(8)\"",
            Assert.Single(error.Problems));
        string odd = json.Replace("(128, 3)", "(100)", StringComparison.Ordinal);
        error = Assert.Throws<SchemaException>(() => SchemaJson.Read(odd));
        Assert.Equal(
            "embedding \"coded\": codes: expected a multiple of 64 bits up to 1024; found 100",
            Assert.Single(error.Problems));
    }
}
