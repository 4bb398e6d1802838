/* Reads QR codes with the camera or from a picture: with the browser's own BarcodeDetector
   where it knows QR, else with the vendored one, which is fetched only then. */

const LOOK_EVERY_MS = 140;
const SAME_CODE_MS = 4_000;
const PICTURE_EDGE_MAX = 1_600;

let reader = null;

async function makeReader(wasm) {
  try {
    if ("BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
      return new BarcodeDetector({ formats: ["qr_code"] });
    }
  } catch {
    // Some builds offer the class and fail when it is used: read with our own.
  }
  const library = await import("../vendor/barcode-detector/ponyfill.js");
  library.prepareZXingModule({ overrides: { locateFile: () => wasm } });
  return new library.BarcodeDetector({ formats: ["qr_code"] });
}

function readerFor(wasm) {
  reader ??= makeReader(wasm).catch((error) => {
    reader = null;
    throw error;
  });
  return reader;
}

/** The text of the first code in an image file, or null. */
export async function readPicture(file, wasm) {
  const detector = await readerFor(wasm);
  const whole = await createImageBitmap(file);
  for (const edge of [PICTURE_EDGE_MAX, PICTURE_EDGE_MAX / 2, 0]) {
    const codes = await detector.detect(edge ? await shrunk(whole, edge) : whole);
    if (codes.length) return codes[0].rawValue;
  }
  return null;
}

function shrunk(bitmap, edge) {
  const scale = Math.min(1, edge / Math.max(bitmap.width, bitmap.height));
  const size = { resizeWidth: Math.round(bitmap.width * scale), resizeHeight: Math.round(bitmap.height * scale) };
  return scale === 1 ? bitmap : createImageBitmap(bitmap, { ...size, resizeQuality: "medium" });
}

/** A camera that calls `onCode(text)`, at most once in SAME_CODE_MS for one text. */
export class Camera {
  #video;
  #wasm;
  #onCode;
  #stream = null;
  #last = { text: "", at: 0 };

  constructor(video, wasm, onCode) {
    this.#video = video;
    this.#wasm = wasm;
    this.#onCode = onCode;
  }

  static available() {
    return Boolean(navigator.mediaDevices?.getUserMedia);
  }

  get running() {
    return this.#stream !== null;
  }

  /** Throws what getUserMedia throws: NotAllowedError, NotFoundError, NotReadableError. */
  async start() {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    this.#stream = stream;
    this.#video.srcObject = stream;
    try {
      await this.#video.play();
      const detector = await readerFor(this.#wasm);
      this.#look(detector, stream);
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  stop() {
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = null;
    this.#video.srcObject = null;
  }

  get hasTorch() {
    return Boolean(this.#track?.getCapabilities?.().torch);
  }

  async torch(on) {
    await this.#track?.applyConstraints({ advanced: [{ torch: on }] });
  }

  get #track() {
    return this.#stream?.getVideoTracks()[0];
  }

  async #look(detector, stream) {
    while (this.#stream === stream) {
      if (this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && !document.hidden) {
        try {
          const [code] = await detector.detect(this.#video);
          if (code?.rawValue && this.#stream === stream) this.#found(code.rawValue);
        } catch {
          // A frame that cannot be read is followed by another.
        }
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  #found(text) {
    const now = performance.now();
    const seen = text === this.#last.text && now - this.#last.at < SAME_CODE_MS;
    this.#last = { text, at: now };
    if (!seen) this.#onCode(text);
  }
}

let audio = null;

/** Says to ear and hand that a code was read. */
export function signal(good = true) {
  navigator.vibrate?.(good ? 60 : [60, 60, 60]);
  try {
    audio ??= new AudioContext();
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = good ? 880 : 220;
    volume.gain.value = 0.08;
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + (good ? 0.09 : 0.25));
  } catch {
    // A phone without sound still shows the verdict.
  }
}
