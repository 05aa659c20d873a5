using System.Globalization;
using System.Numerics.Tensors;
using Linr.Index.Embeddings;
using Linr.ModelFile;

namespace Linr.Index.ModelFiles;

/// <summary>
/// A file that another program wrote without checksums, and says so: what a scan relies on is looked at instead.
/// </summary>
internal static class GivenFile
{
    // How far a norm may be from its row's: roundings of the row's type, and of sums of floats.
    private static double Tolerance(RowType type) => type switch
    {
        RowType.Float32 => 1e-4,
        RowType.Float16 => 2e-3,
        _ => 2e-2,
    };

    /// <summary>Whether it is one. A file that has checksums is verified, whatever it says.</summary>
    public static bool IsOne(TensorFile file)
        => !file.HasChecksums && file.Metadata.GetValueOrDefault(ModelNames.Checksums) == ModelNames.NoChecksums;

    /// <summary>Checks that every row is finite and has the norm that the file gives for it.</summary>
    /// <exception cref="ModelFormatException">
    /// One is not; or there is a copy, whose bounds nothing could check.
    /// </exception>
    public static void Check(TensorFile file, ItemTable items)
    {
        foreach (EmbeddingColumn column in items.Embeddings)
        {
            if (column.Copy is not null)
            {
                throw new ModelFormatException(
                    file.Path, $"metadata {ModelNames.Schema}", 0, "no copy in a file without checksums",
                    $"one of \"{column.Schema.Name}\"");
            }

            if (column.Schema.RowType != RowType.None)
            {
                CheckNorms(file, column);
            }
        }
    }

    private static void CheckNorms(TensorFile file, EmbeddingColumn column)
    {
        double tolerance = Tolerance(column.Schema.RowType);
        float[] row = new float[column.Schema.Dim];
        for (long place = 0; place < column.Rows; place++)
        {
            column.Read((uint)place, row);
            float found = column.NormOf((uint)place);
            float norm = TensorPrimitives.Norm<float>(row);
            if (!float.IsFinite(norm) || !(Math.Abs(found - norm) <= tolerance * norm))
            {
                string name = ModelNames.Norms(column.Schema.Name);
                string expected = float.IsFinite(norm)
                    ? norm.ToString(CultureInfo.InvariantCulture)
                    : "finite numbers";
                throw file.Error(
                    file.Find(name)!, place * sizeof(float), $"the norm of row {place}, {expected}",
                    found.ToString(CultureInfo.InvariantCulture));
            }
        }
    }
}
