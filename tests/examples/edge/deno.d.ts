// What the edge functions use of Deno, for the type check.
declare const Deno: {
  env: { get(name: string): string | undefined };
  serve(handler: (request: Request) => Response | Promise<Response>): void;
};
interface ImportMeta {
  main: boolean;
}
