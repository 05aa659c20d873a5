namespace Linr.Kernels;

/// <content>Quickselect, median of three; a list on which it makes no headway is sorted.</content>
public static partial class TopSelect
{
    private const int SortBelow = 24;

    private static ulong Partition(Span<ulong> values, int count)
    {
        int target = count - 1;
        int low = 0;
        int high = values.Length - 1;
        int roundsLeft = 2 * (64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)values.Length));
        while (high - low >= SortBelow && roundsLeft-- > 0)
        {
            ulong pivot = MedianOfThree(values[low], values[(int)(((uint)low + (uint)high) / 2)], values[high]);
            int left = low;
            int right = high;
            while (left <= right)
            {
                while (values[left] > pivot)
                {
                    left++;
                }

                while (values[right] < pivot)
                {
                    right--;
                }

                if (left <= right)
                {
                    (values[left], values[right]) = (values[right], values[left]);
                    left++;
                    right--;
                }
            }

            if (target <= right)
            {
                high = right;
            }
            else if (target >= left)
            {
                low = left;
            }
            else
            {
                return values[target];
            }
        }

        Span<ulong> rest = values[low..(high + 1)];
        rest.Sort();
        rest.Reverse();
        return values[target];
    }

    private static ulong MedianOfThree(ulong first, ulong second, ulong third)
        => Math.Max(Math.Min(first, second), Math.Min(Math.Max(first, second), third));
}
