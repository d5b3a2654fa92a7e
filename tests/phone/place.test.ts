/** Where the phone is: asked for once and in peace, looked up in silence afterwards. */

type Asked = (place: GeolocationPosition) => void;

/** A browser that answers as told; `asked` counts how often it would have been asked. */
function browser(answer: { position?: object; error?: number; state?: string | null }) {
  const told = { asked: 0 };
  const getCurrentPosition = (yes: Asked, no: (error: { code: number }) => void) => {
    told.asked += 1;
    if (answer.position) yes(answer.position as GeolocationPosition);
    else if (answer.error) no({ code: answer.error });
  };
  const query = async () => {
    if (!answer.state) throw new TypeError("not known here");
    return { state: answer.state };
  };
  vi.stubGlobal("navigator", { geolocation: { getCurrentPosition }, permissions: { query } });
  return told;
}

const at = (coords: object, more: object = {}) => ({ coords: { latitude: -3.79670004, longitude: 114.778, accuracy: 12.34, ...coords }, ...more });
const fresh = async () => {
  vi.resetModules();
  return import("@/ui/place");
};

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("a point is told with its accuracy, also an accuracy that cannot be", async () => {
  const { locate } = await fresh();
  browser({ position: at({}) });
  expect(await locate()).toEqual({ place: { lat: -3.7967, lon: 114.778, accuracy_m: 12.3 } });
  browser({ position: at({ accuracy: 0 }) });
  expect(await locate()).toEqual({ place: { lat: -3.7967, lon: 114.778, accuracy_m: 0 } });
});

test("a place is called mocked only when the browser says so", async () => {
  const { locate } = await fresh();
  browser({ position: at({}, { mocked: true }) });
  expect(await locate()).toEqual({ place: { lat: -3.7967, lon: 114.778, accuracy_m: 12.3, mock: true } });
  browser({ position: at({}, { mocked: false }) });
  expect(await locate()).not.toHaveProperty("place.mock");
});

test.each([[1, "denied"], [2, "unknown"], [3, "slow"]])("without a point Sari hears why (%i)", async (error, why) => {
  const { locate } = await fresh();
  browser({ error });
  expect(await locate()).toEqual({ why });
});

test("a browser that never answers holds nobody up", async () => {
  const { locate } = await fresh();
  vi.useFakeTimers();
  browser({});
  const found = locate(20);
  await vi.advanceTimersByTimeAsync(25_000);
  expect(await found).toEqual({ why: "slow" });
  vi.stubGlobal("navigator", {});
  expect(await locate()).toEqual({ why: "missing" });
});

test("in the midst of a visit nothing is asked: only what was allowed before is looked up", async () => {
  const { locateQuietly } = await fresh();
  for (const state of ["prompt", "denied"]) {
    const told = browser({ position: at({}), state });
    expect([await locateQuietly(), told.asked]).toEqual([null, 0]);
  }
  const told = browser({ position: at({}), state: "granted" });
  expect([await locateQuietly(), told.asked]).toEqual([{ lat: -3.7967, lon: 114.778, accuracy_m: 12.3 }, 1]);
});

test("where the browser does not tell what is allowed, the test on the briefing tells", async () => {
  const { locate, locateQuietly } = await fresh();
  const told = browser({ position: at({}), state: null });
  expect([await locateQuietly(), told.asked]).toEqual([null, 0]);
  await locate();
  expect(await locateQuietly()).toEqual({ lat: -3.7967, lon: 114.778, accuracy_m: 12.3 });
});
