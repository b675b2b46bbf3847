import type { Position } from "../../labeling/shape.ts";
import { breakwater, gantry, green, hall, quay, road, stacks, tank } from "./ground.ts";
import { Scene } from "./scene.ts";
import type { HarborScene } from "./scene.ts";
import { box, disc, line, rect } from "./svg.ts";

/** The six pictures of the harbor for a seed, as drawings with their truth. Pure: the same seed gives the same texts. */
export function harborScenes(seed: number): readonly HarborScene[] {
  return [
    containerTerminal(seed),
    tankerJetty(seed),
    patrolPiers(seed),
    marina(seed),
    fishingPort(seed),
    roadstead(seed),
  ];
}

function containerTerminal(seed: number): HarborScene {
  const scene = new Scene(seed, "container-terminal", "Container terminal, north basin", "#3f6f78", 0.7);
  const { random } = scene;
  scene.draw(
    quay(box(-20, -20, 1_064, 396), [
      [
        [0, 374],
        [1_024, 374],
      ],
    ]),
  );
  scene.draw(road([0, 40], [1_024, 40]), road([0, 292], [1_024, 292], 34));
  for (const x of [36, 372, 708]) scene.draw(stacks(x, 78, 9, 18, random));
  for (let x = 60; x < 1_000; x += random.between(70, 150))
    scene.vehicle("truck", { cx: x, cy: random.pick([284, 300]), angle: random.pick([0, 180]) });
  for (let x = 20; x < 1_010; x += random.between(30, 90))
    scene.vehicle("car", { cx: x, cy: random.pick([34, 47]), angle: random.pick([0, 180]) });
  scene.draw(line([0, 326], [1_024, 326], "#6f6d66", 1.4), line([0, 362], [1_024, 362], "#6f6d66", 1.4));
  scene.alongside("container", "x", 250, 376, 1, 1);
  scene.alongside("container", "x", 720, 376, 1, -1);
  for (const x of [170, 320, 640, 800]) scene.draw(gantry(x, 344, 84));
  scene.vessel(
    "tug",
    { cx: random.between(440, 560), cy: random.between(520, 560), angle: random.between(-30, 30) },
    true,
  );
  scene.vessel("bulk", { cx: 560, cy: 668, angle: random.between(-6, 4) }, true);
  scene.vessel("tug", { cx: 880, cy: random.between(570, 600), angle: random.between(150, 210) });
  return scene.done();
}

function tankerJetty(seed: number): HarborScene {
  const scene = new Scene(seed, "tanker-jetty", "Oil jetty and tank farm", "#3a6a70", 0.8);
  const { random } = scene;
  const shore: readonly Position[] = [
    [-20, -20],
    [310, -20],
    [300, 180],
    [330, 420],
    [290, 620],
    [310, 790],
    [-20, 790],
  ];
  scene.draw(quay(shore), green(6, 690, 250, 70, 26, random), green(6, 8, 120, 60, 12, random));
  for (const [cx, cy, r] of [
    [80, 150, 52],
    [206, 140, 48],
    [84, 280, 54],
    [214, 270, 50],
    [90, 420, 56],
    [222, 402, 44],
  ] as const)
    scene.draw(tank(cx, cy, r));
  scene.draw(road([0, 520], [300, 520], 24), hall(30, 560, 110, 56, random));
  scene.parking(168, 560, 11, 2);
  for (const x of [60, 150, 250])
    scene.vehicle(random.pick(["car", "truck"]), {
      cx: x + random.between(-14, 14),
      cy: random.pick([515, 526]),
      angle: random.pick([0, 180]),
    });
  scene.draw(
    quay(box(300, 372, 330, 22)),
    line([300, 379], [640, 379], "#c5b191", 2.4),
    line([300, 385], [640, 385], "#8c8f8f", 2),
  );
  scene.draw(
    quay(box(622, 150, 30, 466), [
      [
        [653, 160],
        [653, 610],
      ],
      [
        [621, 160],
        [621, 360],
      ],
    ]),
  );
  for (const y of [356, 372, 388, 404]) scene.draw(line([637, y], [664, y], "#d7d2c2", 2));
  scene.alongside("tanker", "y", 378, 652, 1, -1);
  scene.alongside("tug", "y", 240, 622, -1, 1);
  scene.vessel("tanker", { cx: 858, cy: 452, angle: random.between(72, 84) });
  scene.vessel("tug", { cx: 770, cy: 128, angle: random.between(20, 50) }, true);
  scene.vessel("patrol", { cx: 640, cy: 700, angle: random.between(-14, -4) }, true);
  return scene.done();
}

function patrolPiers(seed: number): HarborScene {
  const scene = new Scene(seed, "patrol-piers", "Coast guard piers", "#37606d", 0.65);
  const { random } = scene;
  scene.draw(quay(box(-20, 560, 1_064, 240)), road([0, 606], [1_024, 606], 28));
  for (const x of [150, 440, 730]) {
    scene.draw(
      quay(box(x, 170, 46, 410), [
        [
          [x - 1, 180],
          [x - 1, 550],
        ],
        [
          [x + 47, 180],
          [x + 47, 550],
        ],
      ]),
    );
    scene.draw(line([x + 23, 180], [x + 23, 590], "#d9d4c2", 1, { "stroke-dasharray": "8 8" }));
    for (const y of [270, 460]) {
      if (random.chance(0.85)) scene.alongside("patrol", "y", y, x, -1, random.pick([1, -1]));
      if (random.chance(0.85)) scene.alongside("patrol", "y", y, x + 46, 1, random.pick([1, -1]));
    }
    scene.vehicle("truck", { cx: x + 14, cy: random.between(240, 520), angle: 90 });
    scene.vehicle("car", { cx: x + 34, cy: random.between(220, 540), angle: 270 });
  }
  scene.draw(
    hall(40, 650, 190, 84, random),
    hall(270, 660, 120, 90, random),
    hall(420, 646, 150, 60, random),
    green(610, 700, 90, 60, 9, random),
  );
  scene.parking(616, 640, 14, 2);
  scene.parking(790, 640, 20, 4);
  for (let x = 30; x < 1_000; x += random.between(60, 160))
    scene.vehicle("car", { cx: x, cy: random.pick([599, 613]), angle: random.pick([0, 180]) });
  scene.vessel("patrol", { cx: 330, cy: 84, angle: random.between(-12, 10) }, true);
  scene.vessel("tug", { cx: 940, cy: 300, angle: random.between(80, 100) });
  scene.vessel("fishing", { cx: 860, cy: 90, angle: random.between(160, 200) }, true);
  return scene.done();
}

function marina(seed: number): HarborScene {
  const scene = new Scene(seed, "marina", "Yacht marina", "#3f7a80", 0.55);
  const { random } = scene;
  scene.draw(quay(box(-20, -20, 150, 808)), green(4, 6, 100, 120, 14, random), green(4, 640, 100, 120, 14, random));
  scene.draw(hall(14, 380, 74, 120, random), road([112, 0], [112, 768], 20));
  scene.parking(12, 180, 9, 5);
  for (let y = 20; y < 750; y += random.between(60, 140))
    scene.vehicle("car", { cx: random.pick([107, 117]), cy: y, angle: random.pick([90, 270]) });
  for (const y of [130, 280, 430, 580]) {
    scene.draw(
      rect(134, y + 4, 500, 10, "#04121a", { opacity: 0.4, filter: "url(#soft)" }),
      rect(128, y, 504, 9, "#b79f7a"),
      line([128, y + 4.5], [632, y + 4.5], "#8e7855", 0.8),
    );
    for (let x = 160; x < 620; x += 21) {
      for (const side of [-1, 1] as const) {
        scene.draw(rect(x - 10.5, side < 0 ? y - 34 : y + 9, 1.6, 34, "#c4b08c"));
        if (random.chance(0.22)) continue;
        const cy = side < 0 ? y - 24 : y + 33;
        scene.vessel("yacht", {
          cx: x,
          cy,
          angle: (side < 0 ? 90 : 270) + random.between(-3, 3) + (random.chance(0.2) ? 180 : 0),
        });
      }
    }
  }
  scene.draw(
    breakwater(
      [
        [760, -10],
        [780, 250],
        [720, 470],
      ],
      34,
      random,
    ),
    breakwater(
      [
        [700, 640],
        [730, 790],
      ],
      34,
      random,
    ),
  );
  scene.draw(disc(719, 472, 8, "#e9e6dc"), disc(719, 472, 4.5, "#b3312a"));
  scene.vessel("yacht", { cx: 690, cy: 556, angle: random.between(160, 190) }, true);
  scene.vessel("yacht", { cx: random.between(850, 930), cy: 180, angle: random.between(0, 360) });
  scene.vessel("yacht", { cx: random.between(840, 960), cy: 330, angle: random.between(60, 120) }, true);
  scene.vessel("fishing", { cx: 900, cy: 560, angle: random.between(190, 215) }, true);
  scene.vessel("ferry", { cx: 880, cy: 690, angle: random.between(-8, 2) });
  return scene.done();
}

function fishingPort(seed: number): HarborScene {
  const scene = new Scene(seed, "fishing-port", "Fishing port and ferry berth", "#456f6e", 0.6);
  const { random } = scene;
  scene.draw(
    quay(
      [
        [-20, -20],
        [1_044, -20],
        [1_044, 210],
        [420, 210],
        [420, 330],
        [-20, 330],
      ],
      [
        [
          [424, 211],
          [1_024, 211],
        ],
        [
          [0, 331],
          [416, 331],
        ],
      ],
    ),
  );
  scene.draw(
    road([0, 30], [1_024, 30]),
    road([470, 30], [470, 206], 22),
    hall(30, 70, 180, 70, random),
    hall(30, 170, 130, 60, random),
    hall(240, 74, 150, 56, random),
  );
  scene.draw(hall(520, 76, 120, 60, random), green(860, 64, 140, 100, 24, random), green(190, 180, 70, 60, 7, random));
  scene.parking(670, 76, 18, 3);
  scene.parking(284, 180, 11, 3);
  for (let x = 24; x < 1_010; x += random.between(40, 120))
    scene.vehicle(random.chance(0.2) ? "truck" : "car", {
      cx: x,
      cy: random.pick([23, 37]),
      angle: random.pick([0, 180]),
    });
  for (let x = 48; x < 400; x += random.between(74, 92)) {
    scene.alongside("fishing", "x", x, 330, 1, random.pick([1, -1]));
    if (random.chance(0.6))
      scene.vessel("fishing", {
        cx: x + random.between(-4, 4),
        cy: 372,
        angle: random.pick([0, 180]) + random.between(-2, 2),
      });
  }
  scene.alongside("ferry", "x", 900, 210, 1, -1);
  for (let x = 470; x < 770; x += random.between(76, 96))
    scene.alongside("fishing", "x", x, 210, 1, random.pick([1, -1]));
  scene.draw(
    quay(box(560, 470, 24, 318), [
      [
        [559, 480],
        [559, 760],
      ],
      [
        [585, 480],
        [585, 760],
      ],
    ]),
  );
  for (const y of [520, 600, 690]) {
    scene.alongside("fishing", "y", y + random.between(-4, 4), 560, -1, random.pick([1, -1]));
    if (random.chance(0.8)) scene.alongside("fishing", "y", y + random.between(-4, 4), 584, 1, random.pick([1, -1]));
  }
  scene.vessel("fishing", { cx: 250, cy: 560, angle: random.between(-40, -20) }, true);
  scene.vessel("tug", { cx: 780, cy: 420, angle: random.between(200, 240) });
  scene.vessel("ferry", { cx: 870, cy: 560, angle: random.between(-68, -58) }, true);
  return scene.done();
}

function roadstead(seed: number): HarborScene {
  const scene = new Scene(seed, "roadstead", "Outer roadstead", "#2f5c6d", 1.25);
  const { random } = scene;
  scene.draw(
    breakwater(
      [
        [-10, 640],
        [180, 668],
        [330, 760],
      ],
      40,
      random,
    ),
    disc(322, 748, 10, "#ece9df"),
    disc(322, 748, 5.5, "#2e7a48"),
  );
  scene.vessel("bulk", { cx: 240, cy: 180, angle: random.between(20, 34) });
  scene.vessel("tanker", { cx: 800, cy: 210, angle: random.between(18, 30) });
  scene.vessel("container", { cx: 620, cy: 520, angle: random.between(-24, -14) }, true);
  scene.vessel("patrol", { cx: random.between(880, 910), cy: 600, angle: random.between(100, 130) }, true);
  scene.vessel("tug", { cx: 420, cy: 356, angle: random.between(300, 340) }, true);
  scene.vessel("fishing", { cx: 120, cy: 430, angle: random.between(40, 80) }, true);
  scene.vessel("fishing", { cx: 500, cy: 90, angle: random.between(0, 360) });
  scene.vessel("yacht", { cx: 180, cy: 560, angle: random.between(330, 360) }, true);
  return scene.done();
}
