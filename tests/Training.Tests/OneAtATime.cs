// libtorch draws dropout from one generator a process: two trainings at once would take each other's numbers.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
