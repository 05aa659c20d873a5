using System.IO.Hashing;
using System.Text;
using Linr.Engine.Towers;

namespace Linr.Tests.Engine.Towers;

public sealed class TextTokensTests
{
    private const int Buckets = 1_000_003;

    [Fact]
    public void Tokens_are_lower_cased_runs_of_letters_and_digits()
        => Assert.Equal([Code("libc6"), Code("émile"), Code("2nd")], Codes("  LIBC6, Émile-2nd!", pairs: false));

    [Fact]
    public void Pairs_follow_their_second_token()
        => Assert.Equal([Code("a"), Code("b"), Code("a b"), Code("c"), Code("b c")], Codes("a b c", pairs: true));

    [Fact]
    public void A_long_run_is_cut_and_counts_once()
        => Assert.Equal(
            [Code(new string('x', TextTokens.TokenLengthMax)), Code("y")],
            Codes(new string('X', 500) + " y", pairs: false));

    [Fact]
    public void Half_a_surrogate_pair_separates()
        => Assert.Equal([Code("a"), Code("b")], Codes("a\ud83db", pairs: false));

    [Fact]
    public void Tokens_beyond_the_limit_are_left_out()
        => Assert.Equal(TextTokens.TokensMax, Codes(string.Join(' ', Enumerable.Range(0, 2_000)), pairs: false).Length);

    [Fact]
    public void Text_without_tokens_gives_an_empty_bag() => Assert.Empty(Codes(" -- ", pairs: true));

    private static int[] Codes(string text, bool pairs)
    {
        var bags = new CodeBags();
        TextTokens.Append(text, Buckets, pairs, bags);
        bags.EndBag();
        return bags[0].ToArray();
    }

    private static int Code(string token) => (int)(XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(token)) % Buckets);
}
