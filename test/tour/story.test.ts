import { describe, expect, test } from "vitest";
import { Story, TourError, told, toldEqual } from "../../src/tour/story.ts";

function tellOne(style: "unicode" | "ascii" | "json", sentence: string): Promise<string> {
  let text = "";
  const story = new Story(style, (written) => {
    text += written;
  });
  return story
    .step("load", "Sam loads", (tell) => {
      tell.say(sentence);
      tell.figure("images", 6);
      return Promise.resolve();
    })
    .then(() => text);
}

describe("a story", () => {
  test("numbers its steps and tells each one's figures on a line of JSON", async () => {
    const line = JSON.parse(await tellOne("json", "Six images.")) as { ms: number };
    expect(line).toEqual({
      step: 1,
      name: "load",
      title: "Sam loads",
      ok: true,
      ms: line.ms,
      figures: { images: 6 },
      said: ["Six images."],
    });
  });

  test("tells a failed step as failed and throws what it threw", async () => {
    let text = "";
    const story = new Story("ascii", (written) => {
      text += written;
    });
    const failing = story.step("label", "Ana labels", () =>
      Promise.reject(new TourError("REFUSED", "the label: STALE")),
    );
    await expect(failing).rejects.toMatchObject({ code: "REFUSED" });
    expect(text).toContain(" 1. FAILED Ana labels");
    expect(text).toContain("the label: STALE");
    expect(story.current).toBe("1 (label)");
  });

  test("tells a skipped step as skipped, neither as told nor as failed", async () => {
    let text = "";
    const story = new Story("ascii", (written) => {
      text += written;
    });
    await story.step("openssl", "openssl verifies", (tell) => Promise.resolve(tell.skip("there is none.")));
    expect(text).toContain(" 1. skipped openssl verifies");
    expect(text).toContain("Skipped: there is none.");
    expect(story.skipped).toBe(1);
  });

  test("writes out control characters and direction marks of names that come from outside", async () => {
    expect(await tellOne("unicode", "Bäume\u001B[2J\u202Egnp.exe")).toContain("Bäume\\u{1b}[2J\\u{202e}gnp.exe");
  });

  test("is plain ASCII where no Unicode terminal was promised", async () => {
    const text = await tellOne("ascii", "Bäume ✓");
    expect(text).toMatch(/^[\n -~]*$/);
    expect(text).toContain("B\\u{e4}ume \\u{2713}");
  });

  test("breaks long sentences at blanks and keeps every word", async () => {
    const words = Array.from({ length: 60 }, (_, at) => `word${at}`);
    const lines = (await tellOne("ascii", words.join(" "))).split("\n").slice(1, -1);
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.every((line) => line.length <= 92)).toBe(true);
    expect(lines.flatMap((line) => line.trim().split(" "))).toEqual(words);
  });
});

describe("what was told", () => {
  test("holds or stops the tour", () => {
    told(true, "fine");
    toldEqual(3, 3, "images");
    expect(() => told(false, "not fine")).toThrow(
      expect.objectContaining({ code: "NOT_AS_TOLD", message: "not fine" }) as Error,
    );
    expect(() => toldEqual(2, 3, "images")).toThrow(
      expect.objectContaining({ code: "NOT_AS_TOLD", message: "images: told 3, found 2" }) as Error,
    );
  });
});
