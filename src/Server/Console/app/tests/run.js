// node tests/run.js: runs flows of tests/flows against the servers that the environment names, in one browser. A line of
// standard input has a flow and a folder for what it leaves, and a line of JSON answers it: why it failed, or null.
// tests/Linr.Tests/Server/Console starts the servers, and asks.
import { createInterface } from 'node:readline';
import { Session } from './session.js';

const browser = await Session.launch();
for await (const line of createInterface({ input: process.stdin })) {
    const [name, outputs] = line.split('\t');
    console.log(JSON.stringify({ failure: await run(name, outputs) }));
}

await browser.close();

async function run(name, outputs) {
    const session = await Session.start(browser, outputs);
    try {
        const { default: flow } = await import(`./flows/${name}.js`);
        await flow(session);
        session.expectNoProblem();
        return null;
    } catch (error) {
        await session.page.screenshot({ path: `${outputs}/failed.png`, fullPage: true }).catch(() => {});
        return [error.stack, ...session.problems].join('\n');
    } finally {
        await session.end();
    }
}
