using System.Numerics;

namespace Linr.Kernels.Filter;

/// <summary>
/// Runs a clause's test over consecutive elements of a column block: rows, or the values of several rows.
/// </summary>
/// <param name="clause">The clause; not <see cref="ClauseTest.Rows"/>.</param>
/// <param name="element">What the elements are.</param>
/// <param name="operands">The clause's first operand.</param>
internal readonly unsafe struct ClauseRun(PlanClause clause, ColumnElement element, ulong* operands)
{
    /// <summary>Bytes of an element.</summary>
    public int ElementBytes => element switch
    {
        ColumnElement.Code16 => 2,
        ColumnElement.Code32 => 4,
        ColumnElement.Int64 or ColumnElement.Float64 => 8,
        _ => 1,
    };

    /// <summary>Writes a bit an element; see <see cref="ElementRun.Vector"/>.</summary>
    public void Run(nint elements, int count, ulong* pending, ulong* bits)
    {
        switch (element)
        {
            case ColumnElement.Code16:
                Run((ushort*)elements, count, pending, bits);
                break;
            case ColumnElement.Code32:
                Run((uint*)elements, count, pending, bits);
                break;
            case ColumnElement.Float64 when clause.Test == ClauseTest.Range:
                BetweenTest<double> range = new(
                    BitConverter.Int64BitsToDouble(clause.Low), BitConverter.Int64BitsToDouble(clause.High));
                ElementRun.Vector((double*)elements, count, range, pending, bits);
                break;
            case ColumnElement.Int64 when clause.Test == ClauseTest.Range:
                ElementRun.Vector(
                    (long*)elements, count, new BetweenTest<long>(clause.Low, clause.High), pending, bits);
                break;
            case ColumnElement.Int64 or ColumnElement.Float64:
                Run((ulong*)elements, count, pending, bits);
                break;
            default:
                Run((byte*)elements, count, pending, bits);
                break;
        }
    }

    private void Run<T>(T* elements, int count, ulong* pending, ulong* bits)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        switch (clause.Test)
        {
            case ClauseTest.AnyOf:
                RunAnyOf(elements, count, pending, bits);
                break;
            case ClauseTest.CodeBitmap:
                new CodeSetRun(operands, clause.Count, (ulong)clause.Low).Run(elements, count, pending, bits);
                break;
            case ClauseTest.HashSet:
                HashTest<T> set = new(operands, clause.Count, (ulong)clause.Low);
                ElementRun.Scalar(elements, count, set, pending, bits);
                break;
            default:
                ElementRun.Vector(elements, count, default(NonZeroTest<T>), pending, bits);
                break;
        }
    }

    /// <summary>Constants too wide for this block's elements equal none of them.</summary>
    private void RunAnyOf<T>(T* elements, int count, ulong* pending, ulong* bits)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        T* constants = stackalloc T[clause.Count];
        int fitting = 0;
        for (int i = 0; i < clause.Count; i++)
        {
            if (operands[i] <= ulong.CreateTruncating(T.MaxValue))
            {
                constants[fitting++] = T.CreateTruncating(operands[i]);
            }
        }

        switch (fitting)
        {
            case 0:
                new Span<ulong>(bits, (count + 63) / 64).Clear();
                break;
            case 1:
                ElementRun.Vector(elements, count, new EqualTest<T>(constants[0]), pending, bits);
                break;
            default:
                ElementRun.Vector(elements, count, new FewTest<T>(constants, fitting), pending, bits);
                break;
        }
    }
}
