/* The API's document, browsable: everything from local files, nothing sent to a validator. */

const place = document.querySelector("[data-openapi]");
const script = document.createElement("script");
script.src = place.dataset.bundle;
script.addEventListener("load", () => {
  SwaggerUIBundle({
    url: place.dataset.openapi,
    domNode: place,
    validatorUrl: null,
    deepLinking: true,
    docExpansion: "list",
    presets: [SwaggerUIBundle.presets.apis],
  });
});
document.head.append(script);
