using Linr.Engine.Towers;
using Linr.Layers;

namespace Linr.Tests.Engine.Towers;

public sealed class VocabularyTests
{
    [Fact]
    public void Codes_start_at_one_and_survive_the_tensors()
    {
        var vocabulary = new Vocabulary();
        Assert.Equal(1, vocabulary.Add("été"));
        Assert.Equal(2, vocabulary.Add(string.Empty));
        Assert.Equal(1, vocabulary.Add("été"));
        (byte[] bytes, long[] starts) = vocabulary.ToTensors();
        var read = Vocabulary.Read(bytes, starts);
        Assert.Equal(vocabulary.Values, read.Values);
        Assert.Equal(0, read.Find("unknown"));
        Assert.Equal(2, read.Find(string.Empty));
    }

    [Fact]
    public void Tensors_that_do_not_fit_are_refused()
    {
        Assert.Throws<LayerException>(() => Vocabulary.Read("ab"u8, [0, 3]));
        Assert.Throws<LayerException>(() => Vocabulary.Read("ab"u8, [1, 0]));
        Assert.Throws<LayerException>(() => Vocabulary.Read("aa"u8, [0, 1, 2]));
    }
}
