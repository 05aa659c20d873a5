using Linr.Cli;

return await LinrCli.RunAsync(args).ConfigureAwait(false);
