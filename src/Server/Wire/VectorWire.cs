using Google.Protobuf.Collections;
using V1 = Linr.Protocol.V1;

namespace Linr.Server.Wire;

/// <summary>Vectors as the contract has them.</summary>
internal static class VectorWire
{
    /// <summary>The numbers, in memory of their own.</summary>
    public static float[] Read(RepeatedField<float> numbers)
    {
        float[] read = new float[numbers.Count];
        numbers.CopyTo(read, 0);
        return read;
    }

    /// <summary>The vector as the contract has it.</summary>
    public static V1.Vector Write(ReadOnlySpan<float> numbers)
    {
        var vector = new V1.Vector();
        vector.Values.Capacity = numbers.Length;
        foreach (float number in numbers)
        {
            vector.Values.Add(number);
        }

        return vector;
    }
}
