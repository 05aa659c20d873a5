using Linr.Training.Data;

namespace Linr.Training.Tests.Data;

/// <summary>Both samplers: every interaction is once the target, and sees what came before it and nothing else.</summary>
public sealed class ExampleSamplerTests
{
    private static readonly TrainingOptions s_options = Planted.Options with
    {
        HistoryLength = 4, BatchSize = 50, HistoryDropout = 0,
    };

    [Fact]
    public void Each_interaction_is_once_the_target_with_a_history_of_its_own()
    {
        InteractionDataset data = Planted.Data();
        var sampler = ExampleSampler.Create(data, s_options);
        List<Example> examples = Epoch(sampler, data);
        Assert.Equal(sampler.Count, examples.DistinctBy(one => (one.User, one.Target)).Count());
        foreach (Example one in examples)
        {
            int position = data.TrainingItemsOf(one.User).IndexOf(one.Target);
            Assert.Equal(data.TrainingItemsOf(one.User)[..position].ToArray().Reverse().Take(4), one.Seen);
        }
    }

    [Theory]
    [InlineData(4, 50)]
    [InlineData(40, 50)]
    [InlineData(40, 3)]
    public void Windows_of_a_sequence_have_each_interaction_once_as_a_target_that_sees_what_came_before(
        int historyLength, int batchSize)
    {
        InteractionDataset data = Planted.Data();
        TrainingOptions options = Windows with { HistoryLength = historyLength, BatchSize = batchSize };
        var sampler = ExampleSampler.Create(data, options);
        List<Example> examples = Epoch(sampler, data, historyLength);
        Assert.Equal(sampler.Count, examples.Count);
        Assert.Equal(sampler.Count, examples.DistinctBy(one => (one.User, one.Target)).Count());
        foreach (Example one in examples)
        {
            int position = data.TrainingItemsOf(one.User).IndexOf(one.Target);
            int[] before = [.. data.TrainingItemsOf(one.User)[..position].ToArray().Reverse()];
            Assert.Equal(before.Take(one.Seen.Length), one.Seen);
            Assert.InRange(one.Seen.Length, Math.Min(1, position), Math.Min(historyLength, position));
        }

        // Of a user's six one has nothing before it; the last sees all others, wherever its window begins.
        Assert.Equal(data.UserCount, examples.Count(one => one.Seen.Length == 0));
        Assert.Equal(historyLength == 40 ? data.UserCount : 0, examples.Count(one => one.Seen.Length == 5));
        Assert.NotEqual(examples.Select(one => one.Target), Epoch(sampler, data, historyLength, epoch: 2).Select(one => one.Target));
        Assert.Equal(examples.Select(one => one.Target), Epoch(sampler, data, historyLength).Select(one => one.Target));
    }

    [Theory]
    [InlineData(QueryEncoder.AttentionPool)]
    [InlineData(QueryEncoder.CausalTransformer)]
    public void Without_order_a_history_is_drawn_from_all_others_but_the_target(QueryEncoder encoder)
    {
        InteractionDataset data = Planted.Data(order: InteractionOrder.None);
        var sampler = ExampleSampler.Create(data, s_options with { QueryEncoder = encoder });
        List<Example> examples = Epoch(sampler, data);
        Assert.Equal(sampler.Count, examples.DistinctBy(one => (one.User, one.Target)).Count());
        foreach (Example one in examples)
        {
            Assert.Equal(one.Seen.Length, one.Seen.Distinct().Count());
            Assert.DoesNotContain(one.Target, one.Seen);
            Assert.Empty(one.Seen.Except(data.TrainingItemsOf(one.User).ToArray()));
        }

        // The first of a user's items is seen by later ones and sees them.
        int first = data.TrainingItemsOf(0)[0];
        Assert.NotEqual(
            Seen(Epoch(sampler, data, epoch: 1)),
            Seen(Epoch(sampler, data, epoch: 2)));

        int[] Seen(List<Example> all) => all.Single(one => one.User == 0 && one.Target == first).Seen;
    }

    [Theory]
    [InlineData(QueryEncoder.AttentionPool)]
    [InlineData(QueryEncoder.CausalTransformer)]
    public void Places_are_dropped_and_no_target_sees_itself_or_what_came_later(QueryEncoder encoder)
    {
        InteractionDataset data = Planted.Data();
        TrainingOptions options = s_options with { QueryEncoder = encoder, HistoryDropout = 0.5, HistoryLength = 9 };
        List<Example> examples = Epoch(ExampleSampler.Create(data, options), data, 9);
        int seen = 0;
        int all = 0;
        foreach (Example one in examples)
        {
            int position = data.TrainingItemsOf(one.User).IndexOf(one.Target);
            Assert.Empty(one.Seen.Except(data.TrainingItemsOf(one.User)[..position].ToArray()));
            seen += one.Seen.Length;
            all += position;
        }

        Assert.InRange(seen / (double)all, 0.45, 0.55);
    }

    private static TrainingOptions Windows => s_options with { QueryEncoder = QueryEncoder.CausalTransformer };

    private static List<Example> Epoch(
        ExampleSampler sampler, InteractionDataset data, int historyLength = 4, int epoch = 1)
    {
        var examples = new List<Example>();
        var batch = new ExampleBatch(50, historyLength);
        int steps = 0;
        sampler.Begin(1, epoch);
        while (sampler.Next(batch))
        {
            steps++;
            QueryRows queries = batch.Queries;
            for (int example = 0; example < batch.Count; example++)
            {
                int[] history = queries.Histories
                    .Slice(queries.Owners[example] * historyLength, historyLength).ToArray();
                int[] seen = [.. history.Skip(queries.Places[example]).TakeWhile(row => row != HistoryRows.None)];
                int user = queries.Users[queries.Owners[example]];
                Assert.True(data.TrainingItemsOf(user).Contains(batch.Targets[example]));
                examples.Add(new Example(user, batch.Targets[example], seen));
            }
        }

        Assert.Equal(sampler.Steps, steps);
        return examples;
    }

    private sealed record Example(int User, int Target, int[] Seen);
}
