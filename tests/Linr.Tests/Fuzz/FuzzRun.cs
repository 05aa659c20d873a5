using System.Diagnostics;

namespace Linr.Tests.Fuzz;

/// <summary>
/// Feeds a parser with inputs: random bytes, inputs that parse, and mostly mutations of these and of mutations that
/// parsed. All of it follows from the seed. What it may do with one is parse it or refuse it with an exception that it
/// documents, within some seconds and within memory in proportion to its bytes.
/// </summary>
/// <param name="target">The parser.</param>
/// <param name="seed">Another gives other inputs.</param>
internal sealed class FuzzRun(IFuzzTarget target, int seed)
{
    /// <summary>Bytes that may be allocated for an empty input.</summary>
    public const long AllocatedBytes = 256 * 1024;

    /// <summary>Bytes that may be allocated a byte of input, to parse, write and parse again.</summary>
    public const long AllocatedBytesAByte = 1_024;

    private const int KeptMax = 256;
    private const int RenewedEvery = 1_000;
    private const int RandomBytesMax = 200;

    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(20);

    private readonly Random _random = new(seed);
    private readonly List<byte[]> _kept = [];
    private byte[] _input = [];
    private long _done;

    /// <summary>Inputs that parsed.</summary>
    public long Parsed { get; private set; }

    /// <summary>Bytes of all inputs.</summary>
    public long Bytes { get; private set; }

    /// <summary>Tries so many inputs.</summary>
    /// <exception cref="FuzzFailureException">The parser did what it may not; says with which input.</exception>
    public void Run(int inputs)
    {
        FuzzFailureException? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                for (int i = 0; i < inputs; i++)
                {
                    TryOne();
                }
            }
            catch (FuzzFailureException error)
            {
                failure = error;
            }
        })
        {
            IsBackground = true,
        };
        thread.Start();
        while (true)
        {
            long done = Volatile.Read(ref _done);
            long start = Stopwatch.GetTimestamp();
            if (thread.Join(s_hang))
            {
                break;
            }

            if (Volatile.Read(ref _done) == done)
            {
                throw Failure($"it did not end within {Stopwatch.GetElapsedTime(start).TotalSeconds:N0} s");
            }
        }

        if (failure is not null)
        {
            throw failure;
        }
    }

    private void TryOne()
    {
        if (_done % RenewedEvery == 0)
        {
            target.Renew();
        }

        byte[] input = Next();
        Volatile.Write(ref _input, input);
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool parses;
        try
        {
            parses = target.Parses(input);
        }
        catch (FuzzFailureException error)
        {
            throw Failure(error.Message);
        }
        catch (Exception error)
        {
            throw Failure($"an exception that it does not document: {error}", error);
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > AllocatedBytes + (AllocatedBytesAByte * input.Length))
        {
            throw Failure($"{allocated} bytes were allocated for an input of {input.Length}");
        }

        Bytes += input.Length;
        if (parses)
        {
            Parsed++;
            Keep(input);
        }

        Volatile.Write(ref _done, _done + 1);
    }

    private byte[] Next()
    {
        switch (_random.Next(16))
        {
            case 0:
                byte[] any = new byte[_random.Next(RandomBytesMax)];
                _random.NextBytes(any);
                return any;
            case 1 or 2:
                byte[] made = target.Make(_random);
                Keep(made);
                return made;
            default:
                byte[] mutated = FuzzMutator.Mutate(One(), One(), target.Words, _random);
                return target.Mend(mutated, _random);
        }
    }

    private byte[] One()
    {
        if (_kept.Count == 0)
        {
            Keep(target.Make(_random));
        }

        return _kept[_random.Next(_kept.Count)];
    }

    private void Keep(byte[] input)
    {
        if (_kept.Count < KeptMax)
        {
            _kept.Add(input);
        }
        else
        {
            _kept[_random.Next(KeptMax)] = input;
        }
    }

    private FuzzFailureException Failure(string what, Exception? inner = null)
    {
        string message = $"{target.Name}, seed {seed}, input {_done} (base64 {Convert.ToBase64String(_input)}): {what}";
        return inner is null ? new FuzzFailureException(message) : new FuzzFailureException(message, inner);
    }
}
