// libtorch draws dropout from one generator a process: two trainings at once would take each other's numbers.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
