using static TorchSharp.torch;

namespace Linr.Training.Torch;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter 2019). Of a table only the rows of the step move, as lazy
/// Adam does: a step then costs what it touches, not what the catalogue holds.
/// </summary>
internal sealed class Adam(double learningRate, double weightDecay)
{
    private const double MeanDecay = 0.9;
    private const double SquareDecay = 0.999;
    private const double Epsilon = 1e-8;

    /// <summary>Steps taken so far; part of a checkpoint.</summary>
    public long StepCount { get; set; }

    /// <summary>Share of the learning rate in use, 0 to 1.</summary>
    public double Warmth { get; set; } = 1;

    /// <summary>Starts a step.</summary>
    public void Begin() => StepCount++;

    /// <summary>Moves a whole tensor against its gradient.</summary>
    public void Update(Weight weight, Tensor gradient)
        => Move(weight.Value, weight.Mean, weight.Square, gradient, weight.Value.dim() > 1);

    /// <summary>Moves the tensors that got a gradient.</summary>
    public void Update(WeightSet weights, IReadOnlyDictionary<string, Tensor> parameters)
    {
        foreach ((string name, Tensor parameter) in parameters)
        {
            if (parameter.grad is { } gradient)
            {
                Update(weights[name], gradient);
            }
        }
    }

    /// <summary>Moves the touched rows of a table against their gradient.</summary>
    public void Update(TouchedRows rows)
    {
        if (rows.Gradient is not { } gradient)
        {
            return;
        }

        Weight table = rows.Table;
        Tensor value = table.Value.index_select(0, rows.Indices);
        Tensor mean = table.Mean.index_select(0, rows.Indices);
        Tensor square = table.Square.index_select(0, rows.Indices);
        Move(value, mean, square, gradient, decays: true);
        table.Value.index_copy_(0, rows.Indices, value);
        table.Mean.index_copy_(0, rows.Indices, mean);
        table.Square.index_copy_(0, rows.Indices, square);
    }

    private void Move(Tensor value, Tensor mean, Tensor square, Tensor gradient, bool decays)
    {
        double meanBias = 1 - Math.Pow(MeanDecay, StepCount);
        double squareBias = 1 - Math.Pow(SquareDecay, StepCount);
        double rate = learningRate * Warmth;
        mean.TimesInPlace(MeanDecay).PlusInPlace(gradient, 1 - MeanDecay);
        square.TimesInPlace(SquareDecay).PlusProductInPlace(gradient, gradient, 1 - SquareDecay);
        using Tensor divisor = square.Times(1 / squareBias).sqrt_().PlusInPlace(Epsilon);
        if (decays && weightDecay > 0)
        {
            value.TimesInPlace(1 - (rate * weightDecay));
        }

        value.PlusQuotientInPlace(mean, divisor, -rate / meanBias);
    }
}
