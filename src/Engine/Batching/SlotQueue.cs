namespace Linr.Engine.Batching;

/// <summary>Slots in the order in which they came, linked through themselves; any may leave.</summary>
internal sealed class SlotQueue
{
    private BatchSlot? _last;

    public int Count { get; private set; }

    public BatchSlot? First { get; private set; }

    public void Add(BatchSlot slot)
    {
        slot.Previous = _last;
        slot.Next = null;
        if (_last is null)
        {
            First = slot;
        }
        else
        {
            _last.Next = slot;
        }

        _last = slot;
        Count++;
    }

    public void Remove(BatchSlot slot)
    {
        if (slot.Previous is null)
        {
            First = slot.Next;
        }
        else
        {
            slot.Previous.Next = slot.Next;
        }

        if (slot.Next is null)
        {
            _last = slot.Previous;
        }
        else
        {
            slot.Next.Previous = slot.Previous;
        }

        slot.Next = null;
        slot.Previous = null;
        Count--;
    }
}
